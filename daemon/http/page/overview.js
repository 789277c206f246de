// What users get, why not, since when, and who is not told.

import {attr, byId, el, list, put, shape} from './dom.js';
import {age, clock, percent, some, told} from './words.js';

const MOST = 20; // of anything; the rest is counted

function inside(section, tag, className) {
  let node = section.querySelector(`:scope > ${tag}`);
  if (!node) section.append((node = el(tag, {class: className})));
  return node;
}

function shown(section, any) {
  attr(section, 'hidden', any ? null : '');
  return any;
}

const part = (node, name) => node.querySelector(`[data-part=${name}]`);
const slot = (tag, name, className) => el(tag, {'data-part': name, class: className});
const state_of = {working: 'up', blocked: 'down', unknown: 'unknown'};

export function show_capabilities({health}, held) {
  const section = byId('capabilities'),
    all = health.capabilities ?? [];
  if (!shown(section, all.length > 0)) return;
  section.querySelector(':scope > table')?.remove();
  const total = all.reduce((sum, each) => sum + each.value, 0);
  list(
    inside(section, 'ul', 'rows'),
    all.map((each, i) => ({...each, i})),
    ({i}) => i,
    () =>
      el(
        'li',
        {class: 'capability'},
        shape(),
        slot('b', 'name'),
        slot('span', 'state', 'state'),
        slot('span', 'share', 'num soft'),
        slot('span', 'impact'),
      ),
    (node, each) => {
      attr(node, 'data-state', held ? 'held' : state_of[each.state]);
      put(part(node, 'name'), each.name);
      put(part(node, 'state'), held ? `was ${each.state}` : each.state);
      put(part(node, 'share'), total > 0 ? `${percent((100 * each.value) / total)} of value` : '');
      const by = each.blocked_by.length ? `because of ${some(each.blocked_by)}` : '';
      put(
        part(node, 'impact'),
        each.state === 'blocked' ? [each.impact, by].filter(Boolean).join(' · ') : '',
      );
    },
  );
}

const safe_link = (text) => (/^https?:\/\//i.test(text ?? '') ? text : null);
export function runbook(node, href) {
  const link = safe_link(href);
  attr(node, 'hidden', link ? null : '');
  if (link) attr(node, 'href', link);
  else node.removeAttribute('href');
}
export const runbook_link = () =>
  el('a', {'data-part': 'runbook', rel: 'noopener noreferrer', target: '_blank', hidden: ''}, 'runbook');

export function show_causes({health, probes}, now) {
  const section = byId('causes'),
    all = health.causes ?? [];
  if (!shown(section, all.length > 0)) return;
  const known = new Map(probes.map((probe) => [probe.name, probe]));
  list(
    inside(section, 'ul', 'rows'),
    all.slice(0, MOST),
    ({probe}) => probe,
    () =>
      el(
        'li',
        {class: 'cause'},
        shape(),
        el('p', {}, slot('b', 'name'), ' ', slot('code', 'reason'), ' ', slot('span', 'since', 'soft')),
        el(
          'div',
          {class: 'more'},
          slot('p', 'costs'),
          slot('p', 'next'),
          slot('p', 'silenced', 'soft'),
          el('p', {'data-part': 'links'}, runbook_link()),
          el('details', {'data-part': 'why'}, el('summary', {}, 'Why'), slot('ol', 'whys')),
        ),
      ),
    (node, cause) => {
      const probe = known.get(cause.probe);
      attr(node, 'data-state', probe?.health ?? 'unknown');
      put(part(node, 'name'), cause.probe);
      put(part(node, 'reason'), `${cause.reason} at ${cause.phase}`);
      put(part(node, 'since'), `since ${clock(cause.since, now)}, ${age(now - Date.parse(cause.since))}`);
      const those = (health) => cause.blocks.filter((name) => known.get(name)?.health === health);
      const [blocked, degraded] = ['down', 'degraded'].map(those);
      const costs = [
        cause.output,
        blocked.length && `blocks ${some(blocked)}`,
        degraded.length && `degrades ${some(degraded)}`,
        cause.value_blocked > 0 && `${percent(cause.value_blocked)} of value: ${some(cause.capabilities)}`,
      ];
      put(part(node, 'costs'), costs.filter(Boolean).join(' · '));
      put(part(node, 'next'), probe?.next ? `Next: ${probe.next}` : '');
      put(part(node, 'silenced'), cause.silenced_by ? `Nobody is told: ${cause.silenced_by}` : '');
      runbook(part(node, 'runbook'), probe?.links?.runbook);
      attr(part(node, 'links'), 'hidden', part(node, 'runbook').hidden ? '' : null);
      attr(part(node, 'why'), 'hidden', cause.whys?.length ? null : '');
      list(
        part(node, 'whys'),
        (cause.whys ?? []).map((why, i) => ({why, i})),
        ({i}) => i,
        () => el('li'),
        (item, {why}) => put(item, told(why, now)),
      );
    },
  );
  rest(section, all.length - MOST, 'causes');
}

function rest(section, count, what) {
  const node = inside(section, 'p', 'soft');
  attr(node, 'hidden', count > 0 ? null : '');
  put(node, `and ${count} more ${what}`);
}

function incidents_in(node, incidents, now) {
  list(
    node,
    incidents,
    ({id}) => id,
    () =>
      el(
        'li',
        {class: 'incident'},
        shape(),
        slot('b', 'name'),
        slot('code', 'reason'),
        slot('span', 'when', 'soft'),
        slot('span', 'cause'),
      ),
    (item, each) => {
      attr(item, 'data-state', each.ended ? 'over' : 'open');
      put(part(item, 'name'), each.probe);
      put(part(item, 'reason'), each.reason);
      const lasted = age((each.ended ? Date.parse(each.ended) : now) - Date.parse(each.since));
      put(
        part(item, 'when'),
        each.ended
          ? `${clock(each.since, now)}, lasted ${lasted}`
          : `open since ${clock(each.since, now)}, ${lasted}`,
      );
      const cause = each.cause && each.cause !== each.probe ? `because of ${each.cause}` : each.detail;
      put(
        part(item, 'cause'),
        [cause, each.value_blocked > 0 && `${percent(each.value_blocked)} of value`]
          .filter(Boolean)
          .join(' · '),
      );
    },
  );
}

export function show_incidents({incidents}, now) {
  const section = byId('incidents'),
    open = incidents.filter((each) => !each.ended),
    over = incidents.filter((each) => each.ended);
  if (!shown(section, incidents.length > 0)) return;
  const none =
    section.querySelector(':scope > p.none') ??
    section.appendChild(el('p', {class: 'none soft'}, 'None is open.'));
  attr(none, 'hidden', open.length ? '' : null);
  incidents_in(inside(section, 'ul', 'rows'), open.slice(0, MOST), now);
  let past = section.querySelector(':scope > details');
  if (!past) section.append((past = el('details', {}, el('summary'), el('ul', {class: 'rows'}))));
  attr(past, 'hidden', over.length ? null : '');
  put(past.firstElementChild, `Ended lately: ${over.length}`);
  incidents_in(past.lastElementChild, over, now);
  rest_of_open(section, open.length - MOST);
}

function rest_of_open(section, count) {
  const node =
    section.querySelector(':scope > p.rest') ??
    section.insertBefore(el('p', {class: 'rest soft'}), section.querySelector(':scope > details'));
  attr(node, 'hidden', count > 0 ? null : '');
  put(node, `and ${count} more that are open`);
}

export function show_silences({silences}, now) {
  const section = byId('silences'),
    all = silences.filter((each) => each.in_force || Date.parse(each.starts) > now);
  if (!shown(section, all.length > 0)) return;
  list(
    inside(section, 'ul', 'rows'),
    all.slice(0, MOST),
    ({source, id}) => `${source} ${id}`,
    () => el('li', {class: 'silence'}, slot('b', 'whom'), slot('span', 'when', 'soft'), slot('span', 'why')),
    (node, each) => {
      put(part(node, 'whom'), each.all ? 'all probes' : some(each.probes ?? []));
      const ends = each.ends ? `until ${clock(each.ends, now)}` : each.daily ? `daily ${each.daily}` : '';
      put(
        part(node, 'when'),
        each.in_force ? `nobody is told ${ends}`.trim() : `from ${clock(each.starts, now)} ${ends}`,
      );
      put(part(node, 'why'), [each.author, each.comment].filter(Boolean).join(': '));
    },
  );
}
