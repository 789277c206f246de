// What is behind the click: fetched when it is opened, and again when a newer run has become the evidence, but not
// while somebody is marking a text in it.

import {el, svg} from './dom.js';
import {line} from './draw.js';
import {all_about} from './link.js';
import {runbook, runbook_link} from './overview.js';
import {bytes, clock, plural, took} from './words.js';

const PAUSE = 5000;

const fact = (name, ...what) => el('div', {}, el('dt', {}, name), el('dd', {}, ...what));

function phases(run) {
  return el(
    'ol',
    {class: 'chain', 'aria-label': 'Phases of the run'},
    ...run.phases.map((each, i) =>
      el(
        'li',
        {'data-reached': run.verdict !== 'pass' && i === run.phases.length - 1 ? 'ended' : 'yes'},
        el('span', {}, each.phase),
        ' ',
        el('b', {class: 'num'}, took(each.ms ?? each.duration_seconds * 1000)),
      ),
    ),
  );
}

function frames(texts) {
  if (!texts.length) return el('p', {class: 'soft'}, 'No frames were kept of this run.');
  return el(
    'ol',
    {class: 'frames'},
    ...texts.map((text) => {
      const end = text.indexOf(': ');
      return el(
        'li',
        {},
        el('span', {class: 'soft'}, text.slice(0, end)),
        el('pre', {tabindex: '0'}, text.slice(end + 2)),
      );
    }),
  );
}

function day(parts) {
  const seen = parts.filter((part) => part.pass + part.warn + part.fail + part.unknown > 0);
  if (seen.length < 2) return null;
  const first = Date.parse(seen[0].from),
    last = Date.parse(seen.at(-1).from),
    slots = Math.round((last - first) / 1_800_000) + 1;
  const mean = Array(slots).fill(null),
    longest = Array(slots).fill(null);
  for (const part of seen) {
    const at = Math.round((Date.parse(part.from) - first) / 1_800_000);
    if (at >= 0 && at < slots)
      [mean[at], longest[at]] = [part.mean_seconds * 1000, part.longest_seconds * 1000];
  }
  const most = Math.max(...longest.filter((value) => value !== null));
  const words = `mean up to ${took(Math.max(...mean.filter((value) => value !== null)))}, longest ${took(most)}`;
  return fact(
    'latency over the day',
    svg(
      'svg',
      {class: 'day', role: 'img', viewBox: '0 0 960 128', preserveAspectRatio: 'none', 'aria-label': words},
      svg('path', {class: 'curve', d: line(mean, 960, 128)}),
    ),
    el('span', {class: 'soft'}, words),
  );
}

function ran({began, duration_seconds, bytes_sent, bytes_received}) {
  const traffic = `${bytes(bytes_sent)} sent, ${bytes(bytes_received)} received`;
  return `${clock(began, Date.now())}, took ${took(duration_seconds * 1000)}, ${traffic}`;
}

function planned({interval_seconds, timeout_seconds, fall, rise}) {
  const times = `every ${took(interval_seconds * 1000)}, timeout ${took(timeout_seconds * 1000)}`;
  return `${times}, down after ${plural(fall, 'failure')}, up after ${plural(rise, 'pass', 'passes')}`;
}

function facts({name, output, evidence, last_run: last, settings, silenced_by, day: parts, links}) {
  const is_last = last && evidence?.run === last.run;
  const labels = Object.entries(settings.labels).map(([key, value]) => `${key}=${value}`);
  const link = runbook_link();
  runbook(link, links?.runbook);
  return [
    output && fact('it said', output),
    evidence && fact('run', el('code', {}, evidence.run)),
    is_last && fact('began', ran(last)),
    !is_last && last && fact('since then', `a newer run ended as ${last.verdict}`),
    fact('runs', planned(settings)),
    settings.depends_on.length > 0 && fact('depends on', settings.depends_on.join(', ')),
    labels.length > 0 && fact('labels', labels.join(', ')),
    silenced_by && fact('silenced by', silenced_by),
    day(parts ?? []),
    fact('more', link, ' ', el('a', {href: `api/v1/probes/${encodeURIComponent(name)}`}, 'as JSON')),
  ];
}

export class Evidence {
  #shown = null;
  #newest = null;
  #asked = 0;

  // Below the rest of `row`, while `button` says so. No <details>: each brings a tree and a style sheet of its own.
  constructor(name, row, button) {
    this.name = name;
    this.row = row;
    button.addEventListener('click', () => {
      const open = !this.body;
      button.setAttribute('aria-expanded', String(open));
      if (open) this.#load();
      else this.#drop();
    });
  }

  // The probe as the list has it now.
  offer(probe) {
    this.#newest = probe.evidence?.run ?? '';
    const marking = () => {
      const selection = getSelection();
      return !selection.isCollapsed && this.body.contains(selection.anchorNode);
    };
    if (
      this.body &&
      this.#newest !== this.#shown &&
      performance.now() - this.#asked > PAUSE &&
      !marking()
    )
      this.#load();
  }

  async #load() {
    this.#asked = performance.now();
    this.body ??= this.row.appendChild(
      el('div', {class: 'evidence'}, el('p', {class: 'soft'}, 'reading …')),
    );
    try {
      const all = await all_about(this.name);
      if (!this.body) return;
      this.#shown = all.evidence?.run ?? '';
      this.#show(all);
    } catch {
      if (this.#shown === null)
        this.body?.replaceChildren(el('p', {class: 'soft'}, 'The evidence cannot be read now.'));
    }
  }

  #drop() {
    this.body?.remove();
    this.body = this.#shown = null;
  }

  #show(all) {
    const {evidence, last_run: last} = all;
    const run = last && evidence?.run === last.run ? last : evidence && {...evidence, verdict: 'fail'};
    const parts = [
      all.next && el('p', {}, `Next: ${all.next}`),
      run ? phases(run) : el('p', {class: 'soft'}, 'It has not run yet.'),
      evidence && frames(evidence.frames),
      el('dl', {class: 'facts'}, ...facts(all).filter(Boolean)),
    ];
    this.body.replaceChildren(...parts.filter(Boolean));
  }
}
