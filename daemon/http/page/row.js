// One probe: what it is at a glance, and behind a click what its last run saw.

import {attr, el, list, put, shape, svg} from './dom.js';
import {bars, day_in_words, line, ticks} from './draw.js';
import {age, took} from './words.js';
import {Evidence} from './evidence.js';

const VERDICTS = ['pass', 'warn', 'fail', 'unknown'];
const WIDTH = 80, HEIGHT = 16;

const figure = (width) => svg('svg', {role: 'img', viewBox: `0 0 ${width} ${HEIGHT}`, preserveAspectRatio: 'none'});
const cell = (name, label, content) => el('p', {class: `cell ${name}`}, el('span', {class: 'label'}, label), content);

export class Row {
  #said = ''; #struck = null;

  constructor(name) {
    this.name = name;
    this.strip = figure(48);
    this.strip.append(...VERDICTS.map((verdict) => svg('path', {'data-verdict': verdict})));
    this.line = figure(WIDTH);
    this.line.append(svg('path', {class: 'curve'}), svg('path', {class: 'ticks'}));
    this.title = el('b', {class: 'name'}, name);
    this.kind = el('span', {class: 'soft kind'});
    this.tags = el('span', {class: 'tags'});
    this.what = el('p', {class: 'what'});
    this.reason = el('code');
    this.detail = el('span');
    this.what.append(this.reason, ' ', this.detail);
    this.since = el('span');
    this.passed = el('span');
    this.now = el('span', {class: 'num'});
    this.stages = el('ol', {class: 'chain', 'aria-label': `Stages of ${name}`});
    this.summary = el('summary', {'aria-label': `Evidence of ${name}`}, 'evidence');
    this.details = el('details', {}, this.summary);
    this.evidence = new Evidence(name, this.details);
    this.node = el('li', {class: 'row'}, shape(), el('p', {class: 'who'}, this.title, ' ', this.kind, this.tags), this.what,
      cell('since', 'since ', this.since), cell('passed', 'last pass ', this.passed), cell('strip', 'last day ', this.strip),
      cell('line', 'last runs ', this.line), cell('now', 'took ', this.now), this.stages, this.details);
  }

  update(probe, now, held) {
    attr(this.node, 'data-state', held ? 'held' : probe.health);
    const since = Date.parse(probe.since), passed = Date.parse(probe.last_pass);
    put(this.since, Number.isNaN(since) ? '' : age(now - since));
    attr(this.since, 'title', probe.since ?? null);
    put(this.passed, Number.isNaN(passed) ? 'never' : now - passed < 1000 ? 'now' : `${age(now - passed)} ago`);
    attr(this.passed, 'title', probe.last_pass ?? null);
    put(this.now, took(probe.observedValue));
    this.evidence.offer(probe);

    // The rest changes seldom: compared as one text, so that a quiet row costs next to nothing.
    const said = [probe.type, probe.reason, probe.phase, probe.output, probe.critical, probe.silenced_by, probe.flapping, probe.starting, probe.stale,
      probe.causes, probe.recent.ms, probe.recent.verdicts, probe.stages?.map(({stage, ms}) => `${stage} ${ms}`)].join('\n');
    if (said !== this.#said) this.#tell(probe);
    this.#said = said;
    if (probe.strip !== this.#struck) this.#strike(probe.strip);
    this.#struck = probe.strip;
  }

  #tell(probe) {
    put(this.kind, probe.type);
    const because = probe.causes.filter((cause) => cause !== this.name);
    const tags = [!probe.critical && 'not critical', probe.flapping && 'flapping', probe.starting && 'starting', probe.stale && 'stale',
      probe.silenced_by && 'silenced'].filter(Boolean);
    list(this.tags, tags, (tag) => tag, (tag) => el('span', {class: 'tag'}, tag));
    put(this.reason, probe.reason ? probe.reason + (probe.phase ? ` at ${probe.phase}` : '') : '');
    put(this.detail, [because.length && `because of ${because.join(', ')}`, probe.output].filter(Boolean).join(' · '));
    attr(this.what, 'hidden', probe.reason ? null : '');

    const {ms, verdicts} = probe.recent, [curve, foot] = this.line.children;
    attr(curve, 'd', line(ms, WIDTH, HEIGHT));
    attr(foot, 'd', ticks(verdicts, WIDTH, HEIGHT));
    attr(this.line, 'aria-label', ms.length ? `Last ${ms.length} runs: ${took(Math.min(...ms))} to ${took(Math.max(...ms))}` : 'No run yet');

    const stages = probe.stages ?? [];
    attr(this.stages, 'hidden', stages.length ? null : '');
    list(this.stages, stages.map((each, i) => ({...each, i})), ({i}) => i, () => el('li', {}, el('span'), ' ', el('b', {class: 'num'})), (node, {stage, ms: reached}) => {
      attr(node, 'data-reached', reached === null ? 'no' : 'yes');
      put(node.children[0], stage);
      put(node.children[1], reached === null ? 'not reached' : took(reached));
    });
  }

  #strike(strip) {
    const paths = strip ? bars(strip) : {};
    for (const path of this.strip.children) attr(path, 'd', paths[path.dataset.verdict] || null);
    attr(this.strip, 'aria-label', strip ? day_in_words(strip) : 'Last day: not known yet');
  }
}

