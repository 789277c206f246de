// One probe: what it is at a glance, and behind a click what its last run saw.

import {attr, el, list, put, shape, svg} from './dom.js';
import {bars, day_in_words, line, ticks} from './draw.js';
import {age, took} from './words.js';
import {Evidence} from './evidence.js';

const WIDTH = 80,
  HEIGHT = 16;

const figure = (width) =>
  svg('svg', {role: 'img', viewBox: `0 0 ${width} ${HEIGHT}`, preserveAspectRatio: 'none'});
const cell = (name, label, content) =>
  el('p', {class: `cell ${name}`}, el('span', {class: 'label'}, label), content);

// {class: path}; those that are empty are left out.
function draw(figure, paths) {
  list(
    figure,
    Object.entries(paths).filter(([, d]) => d),
    ([name]) => name,
    ([name]) => svg('path', {class: name}),
    (path, [, d]) => attr(path, 'd', d),
  );
}

export class Row {
  #said = '';
  #struck = null;

  constructor(name) {
    this.name = name;
    this.strip = figure(48);
    this.line = figure(WIDTH);
    this.title = el('b', {class: 'name'}, name);
    this.kind = el('span', {class: 'soft kind'});
    this.what = this.stages = null; // made when there is something to say: five hundred rows of nothing weigh, too
    this.since = el('span');
    this.passed = el('span');
    this.now = el('span', {class: 'num'});
    this.summary = el('summary', {'aria-label': `Evidence of ${name}`}, 'evidence');
    this.details = el('details', {}, this.summary);
    this.evidence = new Evidence(name, this.details);
    this.node = el(
      'li',
      {class: 'row'},
      shape(),
      (this.who = el('p', {class: 'who'}, this.title, ' ', this.kind)),
      cell('since', 'since ', this.since),
      cell('passed', 'last pass ', this.passed),
      cell('strip', 'last day ', this.strip),
      cell('line', 'last runs ', this.line),
      cell('now', 'took ', this.now),
      this.details,
    );
  }

  update(probe, now, held) {
    attr(this.node, 'data-state', held ? 'held' : probe.health);
    const since = Date.parse(probe.since),
      passed = Date.parse(probe.last_pass);
    put(this.since, Number.isNaN(since) ? '' : age(now - since));
    attr(this.since, 'title', probe.since ?? null);
    put(
      this.passed,
      Number.isNaN(passed) ? 'never' : now - passed < 1000 ? 'now' : `${age(now - passed)} ago`,
    );
    put(this.now, took(probe.observedValue));
    this.evidence.offer(probe);

    // The rest changes with a run, or seldom: compared as one short text, so that a quiet row costs next to nothing.
    const {ms, verdicts} = probe.recent;
    const said = [
      [
        probe.health,
        probe.time,
        verdicts,
        ms.at(-1),
        ms.length,
        probe.evidence?.run,
        probe.type,
        probe.critical,
      ],
      [probe.silenced_by, probe.flapping, probe.starting, probe.stale, probe.causes],
    ].join();
    if (said !== this.#said) this.#tell(probe);
    this.#said = said;
    if (probe.strip !== this.#struck) this.#strike(probe.strip);
    this.#struck = probe.strip;
  }

  #tell(probe) {
    put(this.kind, probe.type);
    const because = probe.causes.filter((cause) => cause !== this.name);
    const tags = [
      !probe.critical && 'not critical',
      probe.flapping && 'flapping',
      probe.starting && 'starting',
      probe.stale && 'stale',
      probe.silenced_by && 'silenced',
    ].filter(Boolean);
    if (tags.length || this.tags)
      list(
        (this.tags ??= this.who.appendChild(el('span'))),
        tags,
        (tag) => tag,
        (tag) => el('span', {class: 'tag'}, tag),
      );
    if (probe.reason || this.what) this.#why(probe, because);

    const {ms, verdicts} = probe.recent;
    draw(this.line, {curve: line(ms, WIDTH, HEIGHT), ticks: ticks(verdicts, WIDTH, HEIGHT)});
    attr(
      this.line,
      'aria-label',
      ms.length
        ? `Last ${ms.length} runs: ${took(Math.min(...ms))} to ${took(Math.max(...ms))}`
        : 'No run yet',
    );

    if (probe.stages || this.stages) this.#chain(probe.stages ?? []);
  }

  #why(probe, because) {
    this.what ??= this.node.insertBefore(el('p', {class: 'what'}, el('code'), ' ', el('span')), this.details);
    const [reason, detail] = this.what.children;
    put(reason, probe.reason ? probe.reason + (probe.phase ? ` at ${probe.phase}` : '') : '');
    put(
      detail,
      [because.length && `because of ${because.join(', ')}`, probe.output].filter(Boolean).join(' · '),
    );
    attr(this.what, 'hidden', probe.reason ? null : '');
  }

  #chain(stages) {
    this.stages ??= this.node.insertBefore(
      el('ol', {class: 'chain', 'aria-label': `Stages of ${this.name}`}),
      this.details,
    );
    attr(this.stages, 'hidden', stages.length ? null : '');
    list(
      this.stages,
      stages.map((each, i) => ({...each, i})),
      ({i}) => i,
      () => el('li', {}, el('span'), ' ', el('b', {class: 'num'})),
      (node, {stage, ms}) => {
        attr(node, 'data-reached', ms === null ? 'no' : 'yes');
        put(node.children[0], stage);
        put(node.children[1], ms === null ? 'not reached' : took(ms));
      },
    );
  }

  #strike(strip) {
    draw(this.strip, strip ? bars(strip) : {});
    attr(this.strip, 'aria-label', strip ? day_in_words(strip) : 'Last day: not known yet');
  }
}
