// Draws the plots of a run: node draw.js results.json DIRECTORY. Each is an SVG that needs nothing else.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vega from 'vega';
import { compile } from 'vega-lite';

const [file, directory] = process.argv.slice(2);
const { rows, machine, date } = JSON.parse(readFileSync(file, 'utf8'));
const warm = rows.filter((row) => row.mode === 'warm');
const warm64 = warm.filter((row) => row.in_flight === 64);
const byCost = [...warm64].sort((a, b) => a.cpu_us - b.cpu_us).map((row) => row.client);

const colour = { field: 'client', type: 'nominal', sort: byCost, title: null, scale: { scheme: 'tableau10' } };
const logarithmic = (field, title) => ({ field, type: 'quantitative', scale: { type: 'log', nice: false }, title });
const clients = { field: 'client', type: 'nominal', sort: byCost, title: null };
const number = (field) => ({ field, type: 'quantitative', format: ',.0f' });

// A bar for each contestant, with its figure at the end.
const bars = (title, values, field, axis) => ({
  title,
  width: 460,
  height: { step: 26 },
  data: { values },
  encoding: { y: clients, x: { field, type: 'quantitative', title: axis, scale: { type: 'symlog', constant: 20 } } },
  layer: [
    {
      mark: { type: 'bar', height: 16 },
      encoding: {
        color: { condition: { test: "datum.client === 'coauth'", value: '#4c78a8' }, value: '#bab0ac' },
      },
    },
    { mark: { type: 'text', align: 'left', dx: 4 }, encoding: { text: number(field) } },
  ],
});

const percentiles = warm64.flatMap((row) =>
  [
    ['p50', row.p50_us],
    ['p99', row.p99_us],
    ['p99.9', row.p99_9_us],
  ].map(([percentile, us]) => ({ client: row.client, percentile, ms: us / 1000 })),
);

const plots = {
  cpu: bars('CPU time of a warm login, 64 in flight (less is better)', warm64, 'cpu_us', 'microseconds, user and system (logarithmic)'),
  memory: bars(
    'Peak resident memory, 64 logins in flight (less is better)',
    warm64.map((row) => ({ ...row, peak_mib: row.peak_kib / 1024 })),
    'peak_mib',
    'MiB (logarithmic)',
  ),
  throughput: {
    title: 'Logins per second over at most 64 connections (more is better)',
    width: 460,
    height: 300,
    data: { values: warm },
    mark: { type: 'line', point: true },
    encoding: {
      x: { ...logarithmic('in_flight', 'logins in flight'), axis: { values: [1, 64, 512, 4096], format: ',' } },
      y: logarithmic('logins_per_second', 'logins per second'),
      color: colour,
    },
  },
  latency: {
    title: 'Latency of a warm login, 64 in flight (less is better)',
    width: 460,
    height: { step: 26 },
    data: { values: percentiles },
    mark: { type: 'point', filled: true, size: 80 },
    encoding: {
      y: clients,
      x: logarithmic('ms', 'milliseconds'),
      shape: { field: 'percentile', type: 'nominal', title: null },
      color: { field: 'percentile', type: 'nominal', title: null, scale: { scheme: 'tableau10' } },
    },
  },
};

for (const [name, plot] of Object.entries(plots)) {
  const specification = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    padding: 12,
    config: { font: 'sans-serif', title: { anchor: 'start', subtitleColor: '#666' }, view: { stroke: null } },
    ...plot,
    title: { text: plot.title, subtitle: `${machine}, ${date}` },
  };
  const view = new vega.View(vega.parse(compile(specification).spec), { renderer: 'none' });
  writeFileSync(join(directory, `${name}.svg`), await view.toSVG());
}
