/* logbook: what a report does beyond being read. Everything is on the page without it. */
'use strict'
{
const root = document.documentElement
root.classList.add('js')
const all = (selector, within = document) => [...within.querySelectorAll(selector)]
const one = (selector, within = document) => within.querySelector(selector)
const byId = id => document.getElementById(id)
const on = (type, f, e = window) => e.addEventListener(type, f)
const click = (e, f) => on('click', f, e)
const make = (tag, text = '', cls = '') => {
  const e = document.createElement(tag)
  e.textContent = text
  if (cls) e.className = cls
  return e
}
const aria = (e, name, value) => e.setAttribute('aria-' + name, value)
const shut = button => button.getAttribute('aria-expanded') === 'false'
const say = text => { byId('said').textContent = text }

/* Numbers in charts, as Go writes them in tables. */
const grouped = new Intl.NumberFormat('en-GB', {maximumFractionDigits: 2})
const spans = [[864e8, 'd'], [36e8, 'h'], [6e7, 'min'], [1e6, 's'], [1e3, 'ms'], [1, 'µs']]
const format = {
  int: v => grouped.format(v),
  float: v => grouped.format(v),
  compact: v => v < 1e3 ? grouped.format(v) : +(v / (v < 1e6 ? 1e3 : 1e6)).toFixed(2) + (v < 1e6 ? 'k' : 'M'),
  bytes: v => {
    let i = 0
    for (; v >= 999.5 && i < 4; i++) v /= 1000
    return +v.toFixed(v < 99.95 && i ? 1 : 0) + '\u202f' + ['B', 'kB', 'MB', 'GB', 'TB'][i]
  },
  pct: v => grouped.format(v * 100) + '\u202f%',
  duration: v => {
    const [by, unit] = spans.find(([by]) => v >= by) || spans[5]
    return +(v / by).toPrecision(3) + '\u202f' + unit
  },
}
const axisFormat = {...format, int: format.compact, float: format.compact}

/* Options are plain data: "@c-ink" is a colour of the stylesheet, "@c-ink/9" the
   same at 9 %, "@f:int" a format. */
const probe = make('span')
probe.hidden = true
document.body.append(probe)
const colour = token => {
  const [name, percent] = token.split('/')
  probe.style.color = `var(--${name})`
  const c = getComputedStyle(probe).color
  return percent ? c.replace('rgb(', 'rgba(').replace(')', `, ${percent / 100})`) : c
}
const resolve = (o, spec) => {
  if (typeof o === 'string' && o[0] === '@') {
    if (o === '@f:node' || o === '@f:head') return p => label(p, spec, o === '@f:head')
    return o.startsWith('@f:') ? axisFormat[o.slice(3)] : colour(o.slice(1))
  }
  if (Array.isArray(o)) return o.map(x => resolve(x, spec))
  if (!o || typeof o !== 'object') return o
  /* Categories and names are log text: a path may start with an @. */
  return Object.fromEntries(Object.entries(o).map(([k, v]) => [k, ['data', 'name', 'coord'].includes(k) ? names(k, v, spec) : resolve(v, spec)]))
}
/* A rectangle of a tree map says what there is room for, or nothing. */
const label = (p, spec, head) => {
  const {width, height} = spec.box(p.dataIndex)
  const fits = n => width > n * 7 + 12
  const value = format[spec.format](p.value)
  if (height < 22 || !fits(Math.min(p.name.length, 6))) return ''
  return head || height < 40 || !fits(value.length) ? p.name : p.name + '\n' + value
}
const names = (key, v, spec) => key === 'data' && Array.isArray(v)
  ? v.map(x => x && typeof x === 'object' && !Array.isArray(x) ? resolve(x, spec) : x) : v

/* Tooltips are nodes: nothing that a log says becomes markup, and no inline
   style attribute offends the page's policy. */
const tip = spec => points => {
  const list = [points].flat()
  const p = list[0]
  const box = make('div', '', 'tip')
  const row = (name, value, mark) => {
    const r = make('p'), left = make('span', name)
    if (mark) {
      const i = make('i')
      i.style.background = mark
      left.prepend(i)
    }
    r.append(left, make('b', format[spec.format](value)))
    box.append(r)
  }
  if (p.treePathInfo) {
    box.append(make('h4', p.treePathInfo.slice(1).map(t => t.name).join(' › ') || 'All'))
    row('', p.value)
  } else if (Array.isArray(p.value)) {
    box.append(make('h4', spec.option.yAxis.data[p.value[1]] + ', ' + spec.option.xAxis.data[p.value[0]]))
    row('', p.value[2], p.color)
  } else {
    box.append(make('h4', p.name))
    const known = list.filter(q => q.value !== '-' && q.value != null && q.componentType === 'series')
    known.reverse().forEach(q => row(q.seriesName.startsWith('series\0') ? '' : q.seriesName, q.value, q.color))
    if (spec.total) row('total', known.reduce((sum, q) => sum + q.value, 0))
    if (!known.length) box.append(make('p', 'no log lines'))
  }
  return box
}

const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
const charts = window.echarts ? all('.chart').map(node => ({node, spec: JSON.parse(byId(node.id + '-spec').textContent)})) : []
if (!charts.length) all('.chart').forEach(node => node.remove())

const draw = (chart, still, width) => {
  const {node, spec} = chart
  spec.box = i => chart.drawn.getModel().getSeriesByIndex(0).getData().getItemLayout(i)
  const option = resolve(spec.option, spec)
  const times = option.xAxis?.data
  let day
  /* An hour goes without the name of its day until here. */
  if (/, \d\d:/.test(times?.[0])) option.xAxis.data = times.map(s => s.length > 5 ? (day = s.slice(0, -5), s) : day + s)
  option.animation = !calm && !still && !chart.shown
  option.animationDuration = 350
  option.textStyle = {fontFamily: getComputedStyle(document.body).fontFamily}
  option.tooltip = {...option.tooltip, confine: true, transitionDuration: 0, padding: [7, 10], borderWidth: 1,
    borderColor: colour('edge'), backgroundColor: colour('sheet'), formatter: tip(spec),
    extraCssText: 'box-shadow: 0 4px 16px rgba(0, 0, 0, .14); border-radius: 8px'}
  if (spec.ticks) {
    const ticks = Object.keys(spec.ticks), every = Math.ceil(ticks.length * 58 / node.clientWidth)
    const kept = ticks.filter((_, n) => n % every === 0)
    Object.assign(option.xAxis.axisLabel, {interval: i => kept.includes('' + i), formatter: (_, i) => spec.ticks[i]})
    if (spec.lines) option.xAxis.splitLine.interval = i => spec.lines.includes(i)
  }
  if (spec.height) {
    node.style.height = spec.height + 'px'
    const names = option.yAxis.axisLabel
    names.width = Math.min(names.width, node.clientWidth * .34)
    option.grid.left = names.width + 10
  }
  chart.drawn ||= echarts.init(node, null, {renderer: 'svg'})
  if (width) chart.drawn.resize({width, height: spec.height || node.clientHeight * .72})
  chart.drawn.setOption(option, true)
  chart.shown = true
  const svg = one('svg', node)
  svg.setAttribute('role', 'img')
  aria(svg, 'label', node.dataset.label)
}
const redraw = () => charts.forEach(c => c.drawn && draw(c, true))

const near = new IntersectionObserver(entries => entries.forEach(e => {
  if (!e.isIntersecting) return
  near.unobserve(e.target)
  draw(charts.find(c => c.node === e.target))
}), {rootMargin: '300px'})
charts.forEach(c => near.observe(c.node))

let resizing
on('resize', () => {
  clearTimeout(resizing)
  resizing = setTimeout(() => charts.forEach(c => { if (c.drawn) { c.drawn.resize(); draw(c, true) } }), 120)
})

/* Theme: the system's, unless the reader chooses. Storage may be off. */
const themes = ['auto', 'light', 'dark']
let theme = 'auto'
try { theme = localStorage.getItem('logbook.theme') || theme } catch {}
const wear = () => {
  theme === 'auto' ? delete root.dataset.theme : root.dataset.theme = theme
  byId('theme').textContent = 'Theme: ' + theme
  redraw()
}
wear()
on('change', redraw, matchMedia('(prefers-color-scheme: dark)'))
click(byId('theme'), () => {
  theme = themes[(themes.indexOf(theme) + 1) % 3]
  try { localStorage.setItem('logbook.theme', theme) } catch {}
  wear()
})

/* Print: light, every chart drawn as on a wide screen but a little lower, and
   scaled to the sheet by its viewBox. */
on('beforeprint', () => {
  root.dataset.theme = 'print'
  charts.forEach(c => {
    const width = c.node.closest('.half') ? 484 : 1000
    draw(c, true, width)
    one('svg', c.node).setAttribute('viewBox', `0 0 ${width} ${c.drawn.getHeight()}`)
  })
})
on('afterprint', () => {
  charts.forEach(c => { c.drawn.dispose(); c.drawn = null; near.observe(c.node) })
  wear()
})
click(byId('print'), () => print())

/* A chart's numbers fold behind its Data button. */
const fold = (button, open) => {
  byId(button.dataset.fold).hidden = !open
  aria(button, 'expanded', open)
}
const folds = all('[data-fold]')
folds.forEach(b => {
  if (!charts.length) return b.remove()
  fold(b, false)
  aria(b, 'controls', b.dataset.fold)
  click(b, () => fold(b, shut(b)))
})

/* Tables. A group is a row with the rows within it. */
const groups = table => {
  const list = []
  for (const row of table.tBodies[0].rows) row.matches('.child') ? list.at(-1).push(row) : list.push([row])
  return list
}
/* A cell's raw value: what Go has put beside it, or its text without what is
   there for the eye. */
const raw = cell => {
  if (cell.dataset.v) return cell.dataset.v
  const copy = cell.cloneNode(true)
  all('.toggle, .pill', copy).forEach(e => e.remove())
  const text = copy.textContent.trim()
  return /^\d[\d,]*$/.test(text) ? text.replaceAll(',', '') : text
}
const key = cell => {
  const text = raw(cell)
  return text !== '' && !isNaN(text) ? +text : text
}
const order = (a, b) => typeof a === 'number' && typeof b === 'number' ? a - b
  : typeof a === 'number' ? 1 : typeof b === 'number' ? -1 : a.localeCompare(b, 'en', {numeric: true})

all('table[id]').forEach(table => {
  const more = one(`[data-more="${table.id}"]`)
  const filter = one(`[data-filter="${table.id}"]`)
  const count = one(`[data-count="${table.id}"]`)
  let limit = +table.dataset.show || Infinity
  const refresh = () => {
    const wanted = filter ? filter.value.toLowerCase() : ''
    let hits = 0, shown = 0
    for (const [row, ...within] of groups(table)) {
      const hit = [row, ...within].some(r => r.textContent.toLowerCase().includes(wanted))
      if (hit) hits++
      row.hidden = !hit || !wanted && hits > limit
      if (!row.hidden) shown++
      row.classList.toggle('rest', shown > 10 && !row.matches('.sum'))
      const toggle = one('.toggle', row)
      within.forEach(r => { r.hidden = row.hidden || shut(toggle) })
    }
    if (count) count.textContent = `${shown} of ${hits} rows`
    if (more) {
      more.hidden = shown >= hits
      more.textContent = `Show all ${hits}`
    }
  }
  filter?.addEventListener('input', refresh)
  if (more) click(more, () => { limit = Infinity; refresh() })
  click(table, e => {
    const toggle = e.target.closest('.toggle')
    if (!toggle) return
    const open = shut(toggle)
    aria(toggle, 'expanded', open)
    toggle.textContent = open ? '▾' : '▸'
    refresh()
  })
  const heads = [...table.tHead.rows[0].cells]
  heads.forEach((head, column) => {
    if (!head.textContent || head.matches('.spark-cell')) return
    const button = make('button', head.textContent)
    button.type = 'button'
    head.replaceChildren(button)
    click(button, () => {
      const was = head.getAttribute('aria-sort')
      const down = was ? was === 'ascending' : head.matches('.r')
      const direction = down ? 'descending' : 'ascending'
      heads.forEach(h => h.removeAttribute('aria-sort'))
      aria(head, 'sort', direction)
      const sums = g => g[0].matches('.sum')
      const list = groups(table)
      const sorted = list.filter(g => !sums(g)).sort((a, b) => (down ? -1 : 1) * order(key(a[0].cells[column]), key(b[0].cells[column])))
      table.tBodies[0].append(...[...sorted, ...list.filter(sums)].flat())
      refresh()
      say(`Sorted by ${button.textContent}, ${direction}`)
    })
  })
  refresh()
})

/* CSV of the raw values. A text that a spreadsheet would run gets an apostrophe. */
const field = cell => {
  let text = raw(cell)
  if (/^[=+\-@\t\r]/.test(text) && isNaN(text)) text = "'" + text
  return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text
}
all('[data-csv]').forEach(b => click(b, () => {
  const lines = [...byId(b.dataset.csv).rows].map(row => [...row.cells].filter(c => !c.matches('.bar, .spark-cell')).map(field).join(','))
  const link = make('a')
  link.href = URL.createObjectURL(new Blob(['\ufeff' + lines.join('\r\n') + '\r\n'], {type: 'text/csv'}))
  link.download = `${document.body.dataset.slug}-${b.dataset.csv}.csv`
  link.click()
  say('CSV saved')
}))

const copied = b => {
  const text = b.textContent
  b.textContent = 'Copied'
  say('Copied')
  setTimeout(() => { b.textContent = text }, 1200)
}
const copy = (text, b) => navigator.clipboard?.writeText(text).then(() => copied(b), () => say('Could not copy'))
all('.query').forEach(q => {
  const b = make('button', 'Copy', 'more')
  b.type = 'button'
  click(b, () => copy(one('pre', q).textContent, b))
  q.append(b)
})
all('[data-copy]').forEach(b => click(b, () => copy(byId(b.dataset.copy).textContent, b)))

/* A link to something folded opens it. */
const follow = () => {
  const target = byId(decodeURIComponent(location.hash.slice(1)))
  if (!target) return
  const button = folds.find(b => byId(b.dataset.fold)?.contains(target))
  if (button) fold(button, true)
  target.scrollIntoView()
}
on('hashchange', follow)
if (location.hash) follow()

/* The index marks the section that is read. */
const sections = all('main section')
const links = all('.index a')
const at = () => sections.findLastIndex(s => s.getBoundingClientRect().top < innerHeight * 0.2)
const mark = () => {
  const end = innerHeight + scrollY >= document.body.scrollHeight - 4
  links.forEach((a, i) => i === (end ? links.length - 1 : at()) ? aria(a, 'current', true) : a.removeAttribute('aria-current'))
}
let marking
on('scroll', () => { marking ||= requestAnimationFrame(() => { marking = 0; mark() }) })
mark()

on('keydown', e => {
  if (e.target.matches('input') || e.metaKey || e.ctrlKey || e.altKey) return
  if (e.key === 'j' || e.key === 'k') {
    const next = sections[Math.max(0, Math.min(sections.length - 1, at() + (e.key === 'j' ? 1 : -1)))]
    const heading = one('h2', next)
    if (!heading) return
    heading.tabIndex = -1
    next.scrollIntoView()
    heading.focus({preventScroll: true})
  } else if (e.key === 'd') {
    const open = folds.some(b => shut(b))
    folds.forEach(b => fold(b, open))
  } else if (e.key === '/') {
    const input = one('[data-filter]')
    if (!input) return
    e.preventDefault()
    input.focus()
    input.scrollIntoView({block: 'center'})
  }
})
}
