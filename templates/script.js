/* logbook: what a report does beyond being read. Everything is on the page without it.
   What it must do at once is little: one listener hears all clicks, and the styles
   say what is folded. The rest waits until the page has been seen. */
'use strict'
{
const root = document.documentElement
const all = (selector, within = document) => [...within.querySelectorAll(selector)]
const one = (selector, within = document) => within.querySelector(selector)
const byId = id => document.getElementById(id)
const on = (type, f, e = window) => e.addEventListener(type, f)
const make = (tag, text = '', cls = '') => {
  const e = document.createElement(tag)
  e.textContent = text
  e.className = cls
  return e
}
const button = (text, act, cls) => {
  const b = make('button', text, cls)
  b.type = 'button'
  b.dataset[act] = ''
  return b
}
const shut = button => button.ariaExpanded === 'false'
const say = text => { byId('said').textContent = text }

/* Numbers in charts, as Go writes them in tables. Intl.NumberFormat would do it too, but
   takes as long to make as all the rest of this. */
const grouped = v => (+v.toFixed(2) + '').replace(/\B(?<!\.\d*)(?=(\d{3})+\b)/g, ',')
const spans = [[864e8, 'd'], [36e8, 'h'], [6e7, 'min'], [1e6, 's'], [1e3, 'ms'], [1, 'µs']]
const format = {
  int: grouped,
  float: grouped,
  compact: v => v < 1e3 ? grouped(v) : +(v / (v < 1e6 ? 1e3 : 1e6)).toFixed(2) + (v < 1e6 ? 'k' : 'M'),
  bytes: v => {
    let i = 0
    for (; v >= 999.5 && i < 4; i++) v /= 1000
    return +v.toFixed(v < 99.95 && i ? 1 : 0) + '\u202f' + ['B', 'kB', 'MB', 'GB', 'TB'][i]
  },
  pct: v => grouped(v * 100) + '\u202f%',
  duration: v => {
    const [by, unit] = spans.find(([by]) => v >= by) || spans[5]
    return +(v / by).toPrecision(3) + '\u202f' + unit
  },
}

/* Options are plain data: "@c-ink" is a colour of the stylesheet, "@c-ink/9" the
   same at 9 %, "@f:compact" a format. The stylesheet gives each colour for light and
   for dark; to have the browser choose would take a pass over the styles for each. */
const system = matchMedia('(prefers-color-scheme: dark)')
const colour = token => {
  const [name, percent] = token.split('/'), style = getComputedStyle(root)
  const dark = style.colorScheme === 'dark' || style.colorScheme !== 'light' && system.matches
  const c = style.getPropertyValue('--' + name).match(/#\w+/g)[+dark]
  return percent ? c + Math.round(percent * 2.55).toString(16).padStart(2, 0) : c
}
const resolve = (o, spec, key) => {
  /* Categories and names are log text: a path may start with an @. */
  if (typeof o === 'string' && o[0] === '@' && key !== 'data' && key !== 'name') {
    if (o === '@f:node' || o === '@f:head') return p => label(p, spec, o === '@f:head')
    return o.startsWith('@f:') ? format[o.slice(3)] : colour(o.slice(1))
  }
  if (Array.isArray(o)) return o.map(x => resolve(x, spec, key))
  if (!o || typeof o !== 'object') return o
  return Object.fromEntries(Object.entries(o).map(([k, v]) => [k, resolve(v, spec, k)]))
}
/* A rectangle of a tree map says what there is room for, or nothing. */
const label = (p, spec, head) => {
  const {width, height} = spec.box(p.dataIndex)
  const fits = n => width > n * 7 + 12
  const value = format[spec.format](p.value)
  if (height < 22 || !fits(Math.min(p.name.length, 6))) return ''
  return head || height < 40 || !fits(value.length) ? p.name : p.name + '\n' + value
}

/* Tooltips are nodes: nothing that a log says becomes markup, and no inline
   style attribute offends the page's policy. */
const tip = spec => points => {
  const list = [points].flat(), p = list[0]
  const box = make('div', '', 'tip')
  const head = text => box.append(make('h4', text))
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
    head(p.treePathInfo.slice(1).map(t => t.name).join(' › ') || 'All')
    row('', p.value)
  } else if (Array.isArray(p.value)) {
    head(spec.option.yAxis.data[p.value[1]] + ', ' + spec.option.xAxis.data[p.value[0]])
    row('', p.value[2], p.color)
  } else {
    head(p.name)
    const known = list.filter(q => q.value !== '-' && q.value != null && q.componentType === 'series')
    known.reverse().forEach(q => row(q.seriesName.startsWith('series\0') ? '' : q.seriesName, q.value, q.color))
    if (spec.total) row('total', known.reduce((sum, q) => sum + q.value, 0))
    if (!known.length) box.append(make('p', 'no log lines'))
  }
  return box
}

const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
const charts = all('.chart').map(node => ({node}))

/* A chart's data are written short: hours as the number of those that follow a written
   one, so many zeros as a number below, a tree as lists within lists. */
const clocks = (list, step) => {
  let last
  const next = () => last = last.slice(0, -5) + new Date(Date.parse(`2000-01-01T${last.slice(-5)}Z`) + step * 6e4).toISOString().slice(11, 16)
  return list.flatMap(s => s.length ? last = s : Array.from({length: s}, next))
}
const tree = ([name, value, more]) => ({name, value, ...more?.map ? {children: more.map(tree)} : more && {itemStyle: {color: '@' + more}}})
const read = node => {
  const spec = JSON.parse(byId(node.id + '-spec').textContent)
  const {series, xAxis, yAxis} = spec.option
  series.forEach(s => {
    if (s.type === 'treemap') s.data = s.data.map(tree)
    if (spec.zeros) s.data = s.data.flatMap(v => v < 0 ? Array(-v).fill(0) : v)
  })
  if (spec.step) [xAxis, yAxis].forEach(axis => { axis.data &&= clocks(axis.data, spec.step) })
  return spec
}

/* ECharts is a text that the page's policy knows, and a script from the first chart on. */
const load = () => { self.echarts || document.body.append(make('script', byId('echarts-js').textContent)) }
const draw = (chart, still, width) => {
  load()
  const {node} = chart
  const spec = chart.spec ||= read(node)
  spec.box = i => chart.drawn.getModel().getSeriesByIndex(0).getData().getItemLayout(i)
  const option = resolve(spec.option, spec)
  option.animation = !calm && !still && !chart.shown
  option.animationDuration = 350
  option.textStyle = {fontFamily: getComputedStyle(document.body).fontFamily}
  option.tooltip = {...option.tooltip, confine: true, transitionDuration: 0, className: 'float', formatter: tip(spec)}
  if (spec.ticks) {
    const ticks = Object.keys(spec.ticks), every = Math.ceil(ticks.length * spec.wide / node.clientWidth)
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
  chart.drawn.resize(width && {width, height: spec.height || node.clientHeight * .72})
  /* Not at once: the next frame draws it, in a task of its own. */
  chart.drawn.setOption(option, true, !still)
  chart.shown = true
  const svg = one('svg', node)
  svg.role = 'img'
  svg.ariaLabel = node.dataset.label
}
const redraw = () => charts.forEach(c => c.drawn && draw(c, true))


/* One step a frame, so that the page answers between them: ECharts, then chart by chart, and always
   the one whose section is nearest. */
const top = e => e.getBoundingClientRect().top
const far = ({node}) => Math.abs(top(node.closest('section') || node))
const step = () => {
  const [chart] = charts.filter(c => !c.drawn).sort((a, b) => far(a) - far(b))
  if (!chart) return
  self.echarts ? draw(chart) : load()
  requestAnimationFrame(() => setTimeout(step))
}

/* What is on the first screen is there in the first frame. The sections below it get their places
   when there is time, or when someone goes there. */
const sections = all('main section')
sections.forEach(s => s.classList.toggle('seen', top(s) < innerHeight))
const settle = () => root.classList.remove('brief', 'coming')
const idle = f => (self.requestIdleCallback || setTimeout)(f, {timeout: 500})
on('DOMContentLoaded', () => {
  idle(() => {
    root.classList.remove('coming')
    ;[step, mark, settle].forEach(idle)
  })
  if (byId('echarts-js')) return
  charts.splice(0).forEach(c => c.node.remove())
  folds.forEach(b => { fold(b, true); b.remove() })
})

/* What buttons do, by the name of a data attribute or the id. */
const acts = {print: () => print()}
on('click', e => {
  const b = e.target.closest('button')
  if (b) [b.id, ...Object.keys(b.dataset)].forEach(name => acts[name]?.(b))
})

let resizing
on('resize', () => {
  clearTimeout(resizing)
  resizing = setTimeout(redraw, 120)
})

/* Theme: the system's, unless the reader chooses. Storage may be off. */
let theme = root.dataset.theme || 'auto'
const wear = () => {
  theme === 'auto' ? delete root.dataset.theme : root.dataset.theme = theme
  byId('theme').textContent = 'Theme: ' + theme
  redraw()
}
wear()
on('change', redraw, system)
acts.theme = () => {
  theme = {auto: 'light', light: 'dark', dark: 'auto'}[theme]
  try { localStorage.setItem('logbook.theme', theme) } catch {}
  wear()
}

/* Print: light, every chart drawn as on a wide screen but a little lower, and
   scaled to the sheet by its viewBox. */
on('beforeprint', () => {
  settle()
  root.dataset.theme = 'print'
  charts.forEach(c => {
    const width = c.node.closest('.half') ? 484 : 1000
    draw(c, true, width)
    one('svg', c.node).setAttribute('viewBox', `0 0 ${width} ${c.drawn.getHeight()}`)
  })
})
on('afterprint', () => {
  charts.forEach(c => { c.drawn.dispose(); c.drawn = null })
  step()
  wear()
})

/* A chart's numbers fold behind its Data button. */
const fold = (button, open) => {
  const data = byId(button.dataset.fold)
  data.hidden = !open
  data.classList.toggle('open', open)
  button.ariaExpanded = open
}
const folds = all('[data-fold]')
folds.forEach(b => fold(b, false))
acts.fold = b => fold(b, shut(b))

/* Tables. A group is a row with the rows within it. */
const groups = table => {
  const list = []
  for (const row of all('tbody tr', table)) row.matches('.child') ? list.at(-1).push(row) : list.push([row])
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
  return text && !isNaN(text) ? +text : text
}
const isNumber = v => typeof v === 'number'
const order = (a, b) => isNumber(a) && isNumber(b) ? a - b : isNumber(a) - isNumber(b) || a.localeCompare(b, 'en', {numeric: true})

/* From the first use on, a table is one body, and rows are hidden one by one. */
const refresh = table => {
  const [body, rest] = table.tBodies
  if (rest) {
    body.append(...rest.rows)
    rest.remove()
  }
  const of = name => one(`[data-${name}="${table.id}"]`)
  const wanted = of('filter')?.value.toLowerCase() || ''
  const limit = +table.dataset.show || Infinity
  let hits = 0, shown = 0
  for (const [row, ...within] of groups(table)) {
    const hit = [row, ...within].some(r => r.textContent.toLowerCase().includes(wanted))
    if (hit) hits++
    row.hidden = !hit || !wanted && hits > limit
    if (!row.hidden) shown++
    within.forEach(r => r.classList.toggle('open', !row.hidden && !shut(one('.toggle', row))))
  }
  const more = of('more')
  if (more) {
    of('count').textContent = `${shown} of ${hits} rows`
    more.hidden = shown >= hits
    more.textContent = `Show all ${hits}`
  }
}
on('input', e => e.target.dataset.filter && refresh(byId(e.target.dataset.filter)))
acts.more = b => {
  const table = byId(b.dataset.more)
  delete table.dataset.show
  refresh(table)
}

all('.nests tr:not(.child):has(+ .child) th').forEach(head => {
  const toggle = button('›', 'toggle', 'toggle')
  toggle.ariaExpanded = false
  toggle.ariaLabel = 'Open ' + head.textContent
  head.prepend(toggle)
})
acts.toggle = toggle => {
  const open = shut(toggle)
  toggle.ariaExpanded = open
  refresh(toggle.closest('table'))
}

all('.scroll table[id] thead th:not(.spark)').forEach(head => head.replaceChildren(button(head.textContent, 'sort')))
acts.sort = b => {
  const head = b.parentNode, table = head.closest('table')
  const was = head.ariaSort
  const down = was ? was === 'ascending' : !head.matches(':first-child:not(.r), .t, .mono, .date')
  const direction = down ? 'descending' : 'ascending'
  all('th', head.parentNode).forEach(h => { h.ariaSort = null })
  head.ariaSort = direction
  const sums = g => g[0].matches('.sum')
  const list = groups(table)
  const sorted = list.filter(g => !sums(g)).sort((a, b) => (down ? -1 : 1) * order(key(a[0].cells[head.cellIndex]), key(b[0].cells[head.cellIndex])))
  table.tBodies[0].append(...[...sorted, ...list.filter(sums)].flat())
  refresh(table)
  say(`Sorted by ${b.textContent}, ${direction}`)
}

/* CSV of the raw values. A text that a spreadsheet would run gets an apostrophe. */
const field = cell => {
  let text = raw(cell)
  if (/^[=+\-@\t\r]/.test(text) && isNaN(text)) text = "'" + text
  return /[\x22,\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text
}
acts.csv = b => {
  const {rows} = byId(b.dataset.csv)
  const lines = [...rows].map(row => [...row.cells].filter(c => !rows[0].cells[c.cellIndex].matches('.bar, .spark')).map(field).join(','))
  const link = make('a')
  link.href = URL.createObjectURL(new Blob(['\ufeff' + lines.join('\r\n') + '\r\n'], {type: 'text/csv'}))
  link.download = `${document.body.dataset.slug}-${b.dataset.csv}.csv`
  link.click()
  say('CSV saved')
}

const copied = b => {
  const text = b.textContent
  b.textContent = 'Copied'
  say('Copied')
  setTimeout(() => { b.textContent = text }, 1e3)
}
acts.copy = b => navigator.clipboard?.writeText((byId(b.dataset.copy) || one('pre', b.parentNode)).textContent)
  .then(() => copied(b), () => say('Not copied'))
all('.query').forEach(q => q.append(button('Copy', 'copy', 'more')))

/* A link to something folded opens it. */
const follow = () => {
  const target = byId(decodeURIComponent(location.hash.slice(1)))
  if (!target) return
  settle()
  const button = folds.find(b => byId(b.dataset.fold)?.contains(target))
  if (button) fold(button, true)
  target.scrollIntoView()
}
on('hashchange', follow)
if (location.hash) follow()

/* The index marks the section that is read. */
const links = all('.index a')
const at = () => sections.findLastIndex(s => top(s) < innerHeight * 0.2)
const mark = () => {
  const end = innerHeight + scrollY >= document.body.scrollHeight - 4
  links.forEach((a, i) => { a.ariaCurrent = i === (end ? links.length - 1 : at()) || null })
}
let marking
on('scroll', () => { marking ||= requestAnimationFrame(() => { marking = 0; mark() }) })

on('keydown', e => {
  if (e.target.matches('input') || e.metaKey || e.ctrlKey || e.altKey) return
  if (e.key === 'j' || e.key === 'k') {
    settle()
    const next = sections[at() + (e.key === 'j' ? 1 : -1)]
    const heading = next && one('h2', next)
    if (!heading) return
    heading.tabIndex = -1
    heading.focus()
    next.scrollIntoView()
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

/* All of it is there: an error from now on is one thing that fails, and not the page. */
onerror = null
}
