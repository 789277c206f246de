// The five seconds: one word, one sentence, what it costs; in the tab's title and icon as well.

import {attr, byId, el, list, put, svg} from './dom.js';
import {runbook, runbook_link} from './overview.js';
import {age, clock, percent, plural, told} from './words.js';

export const LOOKS = {
  up: {word: 'Pass', mark: '●', icon: ['#2e8b57', 'M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 1 1 0-13z']},
  degraded: {word: 'Warn', mark: '▲', icon: ['#d08a1d', 'M8 1l7.5 14h-15z']},
  down: {
    word: 'Fail',
    mark: '✕',
    icon: ['#cf2f27', 'M3.5 1L8 5.5 12.5 1 15 3.5 10.5 8 15 12.5 12.5 15 8 10.5 3.5 15 1 12.5 5.5 8 1 3.5z'],
  },
  unknown: {word: 'Unknown', mark: '?', icon: ['#7a8091', 'M8 1l7 7-7 7-7-7zm0 3.4L4.4 8 8 11.6 11.6 8z']},
};

// What the whole is: {state, word, sentence, held}. `held`: nothing of it is fresh.
export function look_of({lost, facts}) {
  if (lost) return {state: 'unknown', word: 'No answer', held: true};
  const {health, probes} = facts;
  const blind = (health.notes ?? [])[0] ?? '';
  const sentence = health.output ?? '';
  if (blind)
    return {
      state: 'unknown',
      word: blind.startsWith('stopping') ? 'Stopping' : 'Not looking',
      sentence,
      held: true,
    };
  if (health.status === 'pass')
    return {state: 'up', word: 'Pass', sentence: `${plural(probes.length, 'probe')}: all up`};
  if (health.status === 'warn') return {state: 'degraded', word: 'Warn', sentence};
  const down = probes.some((probe) => probe.critical && probe.health === 'down');
  return {state: down ? 'down' : 'unknown', word: down ? 'Fail' : 'Unknown', sentence};
}

const probe_of = (text, probes) => probes.get(text.split(':', 1)[0]);

// Of one cause, by the probe it begins with: the name, what is wrong, and a link to its runbook stand out. Only what the
// probe itself has in these fields becomes so: targets put words of their own into the rest.
function marked_up(text, probes) {
  const end = text.indexOf(':'),
    probe = probe_of(text, probes);
  if (!probe) return [text];
  const reason = probe.reason ? `${probe.reason} at ${probe.phase}` : '',
    at = reason ? text.indexOf(reason, end) : -1,
    from = at < 0 ? end : at + reason.length;
  const runs_out = `runbook ${probe.links?.runbook}`,
    linked = text.endsWith(runs_out),
    link = linked ? runbook_link() : null;
  if (linked) runbook(link, probe.links.runbook);
  return [
    el('strong', {}, probe.name),
    ...(at < 0 ? [] : [text.slice(end, at), el('code', {}, reason)]),
    text.slice(from, linked ? -runs_out.length : undefined),
    ...(linked ? [link] : []),
  ];
}

const told_in = new WeakMap(); // the text a part was made of

// The causes of the sentence one below the other.
function tell(node, sentence, probes) {
  const parts = sentence ? sentence.split(' | ') : [];
  list(
    node,
    parts.map((text, i) => ({text, i})),
    ({i}) => i,
    () => el('span', {class: 'part'}),
    (part, {text}) => {
      attr(part, 'data-state', probe_of(text, probes)?.health);
      if (told_in.get(part) === text) return;
      told_in.set(part, text);
      part.replaceChildren(...marked_up(text, probes));
    },
  );
}

const SHARES = ['working', 'blocked', 'unknown'];

function value(node, {value: shares, capabilities}, held) {
  if (!node.querySelector('svg')) {
    node.replaceChildren(
      el('p', {}, ...SHARES.map((share) => el('span', {'data-share': share}, el('b'), ` ${share}`))),
      svg(
        'svg',
        {viewBox: '0 0 100 4', preserveAspectRatio: 'none', 'aria-hidden': 'true'},
        ...SHARES.map((share) => svg('rect', {'data-share': share, height: 4})),
      ),
    );
  }
  attr(node, 'hidden', shares && capabilities?.length ? null : '');
  if (node.hidden) return;
  let x = 0;
  SHARES.forEach((share) => {
    put(node.querySelector(`span[data-share=${share}] b`), percent(shares[share]));
    const bar = node.querySelector(`rect[data-share=${share}]`);
    attr(bar, 'x', x);
    attr(bar, 'width', shares[share]);
    x += shares[share];
  });
  attr(node, 'data-held', held ? '' : null);
}

function tab(look, service) {
  const {
    icon: [colour, path],
    mark,
  } = LOOKS[look.state];
  const title = `${mark} ${look.word} · ${service}`;
  if (document.title !== title) document.title = title;
  const shape = `<path fill="${colour}" fill-rule="evenodd" d="${path}"/>`;
  const image = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${shape}</svg>`;
  attr(byId('icon'), 'href', `data:image/svg+xml,${encodeURIComponent(image)}`);
}

// Read aloud at most once in a while, and never what was just said: a storm must not talk without a pause.
const QUIET = 15_000;
let said = null,
  said_at = -QUIET,
  waiting = null;
function say(text) {
  if (said === null) said = text; // a screen reader has just read the page
  if (text === said || waiting !== null) return void (waiting = waiting === null ? null : text);
  const speak = () => {
    const words = waiting;
    waiting = null;
    if (words === said) return;
    said = words;
    said_at = performance.now();
    put(byId('say'), words);
  };
  waiting = text;
  setTimeout(speak, Math.max(0, said_at + QUIET - performance.now()));
}

export function show_head(link) {
  const look = look_of(link);
  const {facts, lost} = link;
  const sentence = told(look.sentence ?? '', link.now());
  const service = facts?.health.serviceId || byId('service').textContent;
  put(byId('service'), service);
  attr(document.documentElement, 'data-state', look.state);
  attr(document.documentElement, 'data-link', lost ? 'lost' : look.held ? 'held' : 'live');
  put(byId('word'), look.word);
  const probes = new Map((facts?.probes ?? []).map((probe) => [probe.name, probe]));
  if (!lost) {
    tell(byId('sentence'), sentence, probes);
    value(byId('value'), facts.health, look.held);
  } else {
    tell(
      byId('sentence'),
      `answerback itself does not answer: ${lost}. What is below was seen before that, and may be wrong.`,
      probes,
    );
    const last = byId('last');
    put(last, `The last it said: ${told(facts?.health.output || 'all up', link.now())}`);
    attr(byId('value'), 'data-held', '');
  }
  attr(byId('last'), 'hidden', lost && facts ? null : '');
  tab(look, service);
  show_link(link);
  say(`${service}: ${look.word}. ${lost ? 'answerback itself does not answer.' : sentence}`);
}

export function show_link({lost, heard, skew}) {
  const at = heard ? clock(heard + skew, Date.now() + skew) : '';
  put(
    byId('link'),
    !lost
      ? `live · ${at} UTC`
      : heard
        ? `last heard ${at} UTC, ${age(Date.now() - heard)} ago`
        : 'never heard',
  );
}
