// What goes on between this page and the daemon. Events say when to look; what there is to see is always read
// whole, so that a lost event loses nothing. Reading is bounded: never two reads at once, never more often than
// GAP, and the longer a read takes the longer the pause after it. Whatever is not an answer in time means that
// the daemon does not answer, at once: old news must not look like news.

import {day_of} from './draw.js';

const GAP = 1000; // between two reads, at least
const CALM = 1500; // where each read finds this many probes changed: nobody reads faster
const MANY = 100;
const BEAT = 2000; // between two signs of life, at most
const WHOLE = 5000; // between two reads of everything, at most
const STRIPS = 60_000; // between two reads of the days, which change slowly
const NEWS = 10_000; // and where something has happened
const PATIENCE = 3000; // with one answer
const SILENT = 6000; // without any (this machine may have slept)
const REJOIN = 5000; // after the stream of events was refused

const url = (path) => new URL(path, document.baseURI);

// The one script this page starts by itself; the policy lets nothing else become code.
const trusted = (path) =>
  globalThis.trustedTypes
    ?.createPolicy('answerback', {createScriptURL: () => url(path).href})
    .createScriptURL('') ?? url(path);

class Refused extends Error {}

// `may_be_missing`: there is none before the first results.
async function ask(path, may_be_missing) {
  const response = await fetch(url(path), {
    cache: 'no-store',
    signal: AbortSignal.timeout(PATIENCE),
    redirect: 'error',
  });
  const json = (response.headers.get('Content-Type') ?? '').includes('json');
  const known = json && (response.ok || response.status === 503);
  if (!known && !(may_be_missing && response.status === 503))
    throw new Refused(`answers ${response.status}${response.ok ? ' with something else' : ''}`);
  if (!known) await response.body?.cancel();
  return {body: known ? await response.json() : null, date: Date.parse(response.headers.get('Date') ?? '')};
}

export class Link {
  facts = null; // {health, starting, probes, incidents, silences}: what was last read; null before
  lost = null; // null, or why there is no answer
  heard = 0; // when the last answer came, by Date.now()
  skew = 0; // how far the daemon's clock is ahead of ours, ms
  #changed;
  #strips = new Map();
  #stream = null;
  #rejoin = 0;
  #wanted = true;
  #reading = false;
  #read = 0;
  #pause = GAP;
  #whole = 0;
  #struck = 0;
  #silenced = 0;
  #turned = 0; // probes whose health changed between the last two reads
  #version = null;

  // `changed(link)` is called after each read, and waited for.
  constructor(changed) {
    this.#changed = changed;
  }

  start() {
    document.addEventListener('visibilitychange', () => this.#seen());
    try {
      const worker = new Worker(trusted('page/pulse.js'));
      worker.onmessage = () => this.#tick();
    } catch {
      setInterval(() => this.#tick(), 250);
    }
    this.#seen();
  }

  now() {
    return Date.now() + this.skew;
  } // by the daemon's clock

  // A browser grants a host six connections. Pages nobody looks at give theirs back.
  #seen() {
    if (document.hidden) {
      this.#stream?.close();
      this.#stream = null;
    } else {
      this.#listen();
      this.#want();
    }
  }

  #listen() {
    if (this.#stream && this.#stream.readyState !== EventSource.CLOSED) return;
    this.#rejoin = Date.now() + REJOIN;
    this.#stream = new EventSource(url('api/v1/events?without=data'));
    this.#stream.addEventListener('happened', () => this.#want());
    this.#stream.onopen = this.#stream.onerror = () => this.#want();
  }

  #want() {
    this.#wanted = true;
    this.#tick();
  }

  #tick() {
    const now = Date.now();
    if (!document.hidden && now > this.#rejoin) this.#listen();
    if (this.facts && !this.lost && now - this.heard > SILENT) this.#fail('it has been silent for too long');
    const since = now - this.#read;
    if (this.#reading || since < this.#pause) return;
    if ((this.#wanted && !document.hidden) || since >= BEAT || this.lost) this.#look(now);
  }

  async #look(now) {
    this.#reading = true;
    this.#read = now;
    try {
      const whole = !document.hidden && (this.#wanted || this.lost !== null || now - this.#whole >= WHOLE);
      if (whole) {
        const strips = now - this.#struck >= (this.#wanted ? NEWS : STRIPS);
        this.#wanted = false;
        this.#whole = now;
        await this.#read_all(now, strips);
      } else {
        this.#take({...this.facts, health: await this.#health()});
      }
    } catch (error) {
      this.#fail(
        error instanceof Refused
          ? error.message
          : error.name === 'TimeoutError'
            ? 'no answer in time'
            : 'no connection',
      );
    }
    if (!this.lost) await this.#changed(this);
    this.#pause = Math.max(this.#turned > MANY ? CALM : GAP, 2 * (Date.now() - now));
    if (this.lost) this.#pause = GAP;
    this.#reading = false;
  }

  async #health() {
    const {body, date} = await ask('health?without=checks');
    if (typeof body.status !== 'string') throw new Refused('answers with something else');
    if (!body.version) throw new Refused('it does not know who asks: sign in again');
    const ahead = date - Date.now();
    if (Number.isFinite(ahead)) this.skew = Math.abs(ahead) > 2000 ? ahead : 0;
    return body;
  }

  async #read_all(now, strips) {
    const [health, probes, incidents, silences] = await Promise.all([
      this.#health(),
      ask(`api/v1/probes?without=evidence${strips ? '' : ',strip'}`, true),
      ask('api/v1/incidents?without=timeline,story&ended=10', true),
      now - this.#silenced >= WHOLE || !this.facts ? ask('api/v1/silences', true) : null,
    ]);
    if (strips && probes.body) {
      this.#struck = now;
      this.#strips = new Map(probes.body.map((probe) => [probe.name, probe.strip && day_of(probe.strip)]));
    }
    if (silences) this.#silenced = now;
    const before = this.facts?.probes ?? [];
    this.#turned = (probes.body ?? []).filter(({health}, i) => health !== before[i]?.health).length;
    for (const probe of probes.body ?? []) probe.strip = this.#strips.get(probe.name);
    this.#take({
      health,
      starting: !probes.body,
      probes: probes.body ?? [],
      incidents: incidents.body ?? [],
      silences: silences ? (silences.body ?? []) : this.facts.silences,
    });
  }

  #take(facts) {
    this.#version ??= facts.health.version;
    if (facts.health.version !== this.#version) location.reload(); // a new daemon brings a new page
    this.facts = facts;
    this.heard = Date.now();
    this.lost = null;
  }

  #fail(why) {
    this.lost = why;
    this.#changed(this);
  }
}

// Everything there is about one probe; for whoever opens it.
export const all_about = async (name) => (await ask(`api/v1/probes/${encodeURIComponent(name)}`)).body;
