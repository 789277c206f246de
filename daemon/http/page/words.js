// Numbers and moments as people read them. Pure.

const UNITS = [
  ['d', 86400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
];

// How long, in its two largest units: "12 s", "4 min", "3 h 20 min", "2 d 4 h".
export function age(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const at = Math.max(
    0,
    UNITS.findIndex(([, size]) => seconds >= size),
  );
  if (seconds < 1) return '0 s';
  const [unit, size] = UNITS[at];
  const whole = Math.floor(seconds / size);
  const finer = UNITS[at + 1];
  const rest = finer && unit !== 'min' ? Math.floor((seconds % size) / finer[1]) : 0;
  return `${whole} ${unit}` + (rest ? ` ${rest} ${finer[0]}` : '');
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n) => String(n).padStart(2, '0');

// A moment in UTC: "03:12:09" today, "22 Nov 03:12" else.
export function clock(at, now) {
  const when = new Date(at),
    time = `${two(when.getUTCHours())}:${two(when.getUTCMinutes())}`;
  if (Number.isNaN(when.getTime())) return '';
  const today = new Date(now).toISOString().slice(0, 10) === when.toISOString().slice(0, 10);
  return today
    ? `${time}:${two(when.getUTCSeconds())}`
    : `${when.getUTCDate()} ${MONTHS[when.getUTCMonth()]} ${time}`;
}

// A duration: "0.4 ms", "41 ms", "1.2 s", "2 min".
export function took(ms) {
  if (ms === null || ms === undefined) return '';
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}

// Whole percents; only all of it is 100, and something is never 0. As daemon/model/sentence.h has it.
export function percent(value) {
  if (value > 0 && value < 1) return 'under 1\u00a0%';
  const whole = Math.round(value);
  return `${whole >= 100 && value < 100 ? 99 : whole}\u00a0%`;
}

// A sentence of the daemon's, as it is read here: moments as elsewhere on the page, a number with its unit.
export const told = (sentence, now) =>
  sentence
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, (at) => clock(at, now))
    .replace(/(\d) %/g, '$1\u00a0%');

export const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

// "a, b and 3 more"
export function some(names, most = 5) {
  const rest = names.length - most;
  return names.slice(0, most).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

export function bytes(count) {
  if (count < 1000) return `${count} B`;
  return count < 1e6 ? `${(count / 1e3).toFixed(1)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}
