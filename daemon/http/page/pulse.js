// A metronome. A page that is in the background has its own timers slowed to one a minute; a worker has not.
setInterval(() => postMessage(0), 250);
