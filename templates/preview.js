/* logbook preview: asks for the page again when the notebook has been saved, keeps what
   its reader had open, and says over the last good page what is wrong with the new one. */
'use strict'
{
const all = (selector, within = document) => [...within.querySelectorAll(selector)]
const one = (selector, within) => within.querySelector(selector)
const byId = id => document.getElementById(id)
const version = document.body.dataset.preview
const store = sessionStorage
const open = '[aria-expanded=true]'

/* The place: the last thing with a name above the middle of the window, and how far it is from the top. */
const place = () => {
  const marks = all('main [id], footer[id]').filter(e => e.offsetParent && e.getBoundingClientRect().top < innerHeight / 2)
  const mark = marks.at(-1)
  return mark ? [mark.id, mark.getBoundingClientRect().top] : ['', -scrollY]
}
const title = details => one('summary', details).textContent

const leave = cells => {
  store.preview = JSON.stringify({
    cells, place: place(),
    queries: all('details[open]').map(title),
    folds: all('[data-fold]' + open).map(b => b.dataset.fold),
    rows: all('.toggle' + open).map(b => [b.closest('table').id, b.parentNode.textContent]),
    whole: all('[data-more][hidden]').map(b => b.dataset.more),
    filters: all('[data-filter]').map(i => [i.dataset.filter, i.value]),
    sorts: all('th[aria-sort] button').map(b => [b.closest('table').id, b.textContent, b.parentNode.ariaSort]),
  })
  location.reload()
}

/* What was open is opened by the page's own buttons. */
const back = was => {
  document.documentElement.classList.remove('brief', 'coming')
  const press = (selector, wanted = () => true) => all(selector).filter(wanted).forEach(b => b.click())
  all('details').forEach(d => { d.open = was.queries.includes(title(d)) })
  was.folds.forEach(id => press(`[data-fold="${id}"]:not(${open})`))
  was.whole.forEach(id => press(`[data-more="${id}"]:not([hidden])`))
  was.sorts.forEach(([id, head, sort]) => {
    for (let n = 0; n < 2; n++) press(`#${id} th:not([aria-sort=${sort}]) button`, b => b.textContent === head)
  })
  was.rows.forEach(([id, text]) => press(`#${id} .toggle:not(${open})`, b => b.parentNode.textContent.slice(1) === text.slice(1)))
  was.filters.forEach(([id, value]) => all(`[data-filter="${id}"]`).forEach(i => { i.value = value; i.dispatchEvent(new Event('input', {bubbles: true})) }))
  was.cells.forEach(cell => byId('cell-' + cell)?.classList.add('changed'))
  const mark = byId(was.place[0])
  scrollTo({top: mark ? scrollY + mark.getBoundingClientRect().top - was.place[1] : -was.place[1], behavior: 'instant'})
}

history.scrollRestoration = 'manual'
if (store.preview) {
  const was = JSON.parse(store.preview)
  store.removeItem('preview')
  back(was)
}

const show = (id, text) => {
  byId(id).hidden = !text
  byId(id).lastElementChild.textContent = text
}
const events = new EventSource('events')
events.onmessage = e => {
  const news = JSON.parse(e.data)
  if (news.page !== version) return leave(news.cells || [])
  show('problem', news.problem || '')
  show('busy', news.busy || '')
}
events.onerror = () => show('busy', 'logbook preview has ended.')
addEventListener('pagehide', () => events.close())
}
