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

// Makes the children of `parent` those of `items`, in their order; kept ones are updated, not made anew.
// `make(item)` gives a node, `update(node, item)` fills it; the nodes belong to `parent` alone.
const kept = new WeakMap();
export function list(parent, items, key, make, update) {
  if (!kept.has(parent)) parent.replaceChildren(); // as the server drew it
  const before = kept.get(parent) ?? new Map();
  const after = new Map();
  let next = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    const node = before.get(name) ?? make(item);
    after.set(name, node);
    if (update) update(node, item);
    if (node === next) next = next.nextElementSibling;
    else parent.insertBefore(node, next);
  }
  for (const [name, node] of before) if (after.get(name) !== node) node.remove();
  kept.set(parent, after);
}
