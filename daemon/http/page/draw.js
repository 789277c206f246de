// Rows of numbers as paths. Pure. What matters is told by height and shape; colour only repeats it.

const HEIGHT = 16;
const TALL = {unknown: 3, pass: 7, warn: 11, fail: 16};

const STATE = {p: 'pass', w: 'warn', f: 'fail', u: 'unknown'};

// A day as a word, a letter for each part of it, the worst there was: "ppf-u"; "-" where nothing ran.
export function day_of(strip) {
  const letter = (i) => {
    if (!strip.runs[i]) return '-';
    if (strip.fail[i]) return 'f';
    if (strip.warn[i]) return 'w';
    return strip.unknown[i] === strip.runs[i] ? 'u' : 'p';
  };
  return strip.runs.map((_, i) => letter(i)).join('');
}

// A day as four paths of bars, one unit a part: {pass, warn, fail, unknown}.
export function bars(day) {
  const paths = {pass: '', warn: '', fail: '', unknown: ''};
  [...day].forEach((letter, i) => {
    const state = STATE[letter];
    if (state) paths[state] += `M${i} ${HEIGHT}h.74v-${TALL[state]}h-.74z`;
  });
  return paths;
}

export function day_in_words(day) {
  const seen = day.replaceAll('-', '').length;
  if (!seen) return 'Last day: nothing ran';
  return `Last day: failures in ${day.split('f').length - 1} of ${seen} half hours seen`;
}

// A line through values from left to right over `width`, largest at the top; what is missing interrupts it. In whole units:
// give it many.
export function line(values, width, height) {
  const top = Math.max(...values.filter((value) => value !== null), 0) || 1;
  const step = values.length > 1 ? width / (values.length - 1) : width;
  let path = '',
    pen = 'M';
  values.forEach((value, i) => {
    if (value === null || value === undefined) pen = 'M';
    else {
      path += `${pen}${Math.round(i * step)} ${Math.round(height - 1 - (value / top) * (height - 2))}`;
      pen = 'L';
    }
  });
  return path.lastIndexOf('M') === 0 && !path.includes('L') && path ? `${path}h.1` : path;
}

// A tick at the foot, a third as tall as the whole, for each run that was no pass.
export function ticks(verdicts, width, height) {
  const step = verdicts.length > 1 ? width / (verdicts.length - 1) : width;
  return [...verdicts]
    .map((verdict, i) => (verdict === 'p' ? '' : `M${Math.round(i * step)} ${height}v-${Math.round(height / 3)}`))
    .join('');
}
