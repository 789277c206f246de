// Rows of numbers as paths. Pure. What matters is told by height and shape; colour only repeats it.

const HEIGHT = 16;
const TALL = {unknown: 3, pass: 7, warn: 11, fail: 16};

// What one part of the day was, the worst first that is more than nothing.
export function part_state(strip, i) {
  if (!strip.runs[i]) return null;
  if (strip.fail[i]) return 'fail';
  if (strip.warn[i]) return 'warn';
  return strip.unknown[i] === strip.runs[i] ? 'unknown' : 'pass';
}

// A day as four paths of bars, one unit a part: {pass, warn, fail, unknown}.
export function bars(strip) {
  const paths = {pass: '', warn: '', fail: '', unknown: ''};
  for (let i = 0; i < strip.runs.length; ++i) {
    const state = part_state(strip, i);
    if (state) paths[state] += `M${i} ${HEIGHT}h.74v-${TALL[state]}h-.74z`;
  }
  return paths;
}

export function day_in_words(strip) {
  const states = strip.runs.map((_, i) => part_state(strip, i)).filter((state) => state);
  const bad = states.filter((state) => state === 'fail').length;
  if (!states.length) return 'Last day: nothing ran';
  return `Last day: failures in ${bad} of ${states.length} half hours seen`;
}

// A line through values from left to right over `width`, largest at the top; what is missing interrupts it.
export function line(values, width, height) {
  const top = Math.max(...values.filter((value) => value !== null), 0) || 1;
  const step = values.length > 1 ? width / (values.length - 1) : width;
  let path = '',
    pen = 'M';
  values.forEach((value, i) => {
    if (value === null || value === undefined) pen = 'M';
    else {
      path += `${pen}${(i * step).toFixed(1)} ${(height - 1 - (value / top) * (height - 2)).toFixed(1)}`;
      pen = 'L';
    }
  });
  return path.lastIndexOf('M') === 0 && !path.includes('L') && path ? `${path}h.1` : path;
}

// A tick at the foot for each run that was no pass.
export function ticks(verdicts, width, height) {
  const step = verdicts.length > 1 ? width / (verdicts.length - 1) : width;
  return [...verdicts]
    .map((verdict, i) => (verdict === 'p' ? '' : `M${(i * step).toFixed(1)} ${height}v-5`))
    .join('');
}
