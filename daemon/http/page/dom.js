// Elements made by hand. Whatever a target says goes in as text, never as markup; the page's policy
// (trusted-types 'none') would not let it in as markup anyway.

const SVG = 'http://www.w3.org/2000/svg';

export function attr(node, name, value) {
  if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

// el('p', {class: 'soft'}, 'text', another): children that are null are left out.
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) attr(node, name, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) attr(node, name, value);
  node.append(...children);
  return node;
}

// Not `node.children`, which stays with each node that was asked for it.
export function elements_of(node) {
  const all = [];
  for (let each = node.firstElementChild; each; each = each.nextElementSibling) all.push(each);
  return all;
}

export const byId = (id) => document.getElementById(id);
export const shape = () => el('span', {class: 'shape', 'aria-hidden': 'true'});

// Sets a text, unless it is the same: what did not change costs neither layout nor a selection.
export function put(node, text) {
  const only = node.firstChild;
  if (only?.nodeType === Node.TEXT_NODE && !only.nextSibling) {
    if (only.data !== text) only.data = text; // no new node: a storm would leave thousands behind
  } else if (node.textContent !== text) {
    node.textContent = text;
  }
}

// Somebody is in it, with the keyboard or to read what is behind a click.
const in_use = (node) => node.contains(document.activeElement) || node.querySelector('[open]') !== null;

// Makes the children of `parent` those of `items`, in their order. `make()` gives a node, `update(node, item)` fills all
// of it: the node of an item that is gone becomes another's, so that a storm leaves nothing behind. The nodes belong to
// `parent` alone.
const kept = new WeakMap();
export function list(parent, items, key, make, update) {
  if (!kept.has(parent)) parent.replaceChildren(); // as the server drew it
  const before = kept.get(parent) ?? new Map();
  const names = items.map(key),
    wanted = new Set(names),
    spare = [];
  for (const [name, node] of before) {
    if (wanted.has(name)) continue;
    if (in_use(node)) node.remove();
    else spare.push(node);
  }
  const after = new Map();
  let next = parent.firstElementChild;
  items.forEach((item, i) => {
    const node = before.get(names[i]) ?? spare.shift() ?? make();
    after.set(names[i], node);
    update(node, item);
    if (node === next) next = next.nextElementSibling;
    else parent.insertBefore(node, next);
  });
  for (const node of spare) node.remove();
  kept.set(parent, after);
}
