/* Before anything is seen: what the script will fold is folded, in the theme that its
   reader has chosen, and what is far below waits. If the script fails, nothing is. */
{
const root = document.documentElement
root.className = location.hash ? 'js' : 'js brief coming'
try {
  const theme = localStorage.getItem('logbook.theme')
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme
} catch {}
onerror = () => { root.className = '' }
}
