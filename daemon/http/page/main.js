// The page: what the daemon last said, drawn whenever it says something else, and drained of all colour when it says
// nothing. The server has drawn the first of it, and all of it for those who run no scripts.

import {Link} from './link.js';
import {look_of, show_head, show_link} from './head.js';
import {show_capabilities, show_causes, show_incidents, show_silences} from './overview.js';
import {Probes} from './probes.js';

const probes = new Probes();

async function show(link) {
  show_head(link);
  const {facts} = link;
  if (!facts || document.hidden) return;
  const {held} = look_of(link),
    now = link.now();
  show_capabilities(facts, held);
  show_causes(facts, now);
  show_incidents(facts, now);
  show_silences(facts, now);
  await probes.show(facts.probes, now, Boolean(held || facts.starting));
}

const link = new Link(show);
link.start();
setInterval(() => show_link(link), 1000);
