// Takes from npm what the binary embeds: ECharts with nothing but what a report
// draws, and the crawler list. Both go to places that git ignores.
import {build} from 'esbuild'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'

const {version} = JSON.parse(readFileSync('node_modules/echarts/package.json'))

await build({
  stdin: {resolveDir: '.', contents: `
    import * as echarts from 'echarts/core'
    import {BarChart, HeatmapChart, LineChart, TreemapChart} from 'echarts/charts'
    import {GridComponent, MarkAreaComponent, MarkPointComponent, TooltipComponent, VisualMapPiecewiseComponent} from 'echarts/components'
    import {SVGRenderer} from 'echarts/renderers'
    // A processor that is a function is run once, to see for which kind of chart it asks. The one of
    // axis pointers asks for none but fails, and for the trace of that V8 parses the whole file again.
    echarts.use(registers => {
      const {registerProcessor} = registers
      registers.registerProcessor = (priority, f) => registerProcessor(priority, typeof f === 'function' ? {overallReset: f} : f)
    })
    echarts.use([BarChart, HeatmapChart, LineChart, TreemapChart, GridComponent, MarkAreaComponent,
      MarkPointComponent, TooltipComponent, VisualMapPiecewiseComponent, SVGRenderer])
    globalThis.echarts = {init: echarts.init}`},
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2020',
  charset: 'ascii', // so that no byte depends on how the page declares its encoding
  legalComments: 'none', // the licence follows in one line
  banner: {js: `/* Apache ECharts ${version}, Apache License 2.0, https://echarts.apache.org */`},
  outfile: 'dist/echarts.js',
})

const crawlers = JSON.parse(readFileSync('node_modules/crawler-user-agents/crawler-user-agents.json'))
mkdirSync('../parse/rules/dist', {recursive: true})
writeFileSync('../parse/rules/dist/crawlers.json', JSON.stringify(crawlers.map(({pattern}) => ({pattern}))))
