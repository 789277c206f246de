// A headless Chromium for the tests in Python: one JSON command a line comes in, one answer a line goes out.
import fs from 'node:fs';
import {createRequire} from 'node:module';
import readline from 'node:readline';
import {chromium} from 'playwright-core';

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await chromium.launch({
  executablePath: process.argv[2],
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--js-flags=--expose-gc',
    '--enable-precise-memory-info',
  ],
});

let context,
  page,
  cdp,
  complaints = [];

// Whatever the page's policy refused, and whatever a script of ours threw.
const watch = () => {
  window.refused = [];
  document.addEventListener('securitypolicyviolation', (event) =>
    window.refused.push(`${event.violatedDirective}: ${event.blockedURI}`),
  );
  // How long a key press would have had to wait: the longest time between two turns of the event loop.
  window.longest = 0;
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    window.longest = Math.max(window.longest, now - last - 10);
    last = now;
  }, 10);
};

const commands = {
  async open({url, theme = 'light', width = 1280, height = 900, scripts = true, bypass = false}) {
    await context?.close();
    context = await browser.newContext({
      viewport: {width, height},
      colorScheme: theme,
      javaScriptEnabled: scripts,
      bypassCSP: bypass,
      reducedMotion: 'reduce',
    });
    page = await context.newPage();
    cdp = await context.newCDPSession(page);
    complaints = [];
    page.on('pageerror', (error) => complaints.push(String(error.stack ?? error)));
    page.on('dialog', (dialog) => (complaints.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
    await page.addInitScript(watch);
    // The page's files as they lie in a folder, for whoever works on them: without a build.
    if (process.env.ANSWERBACK_PAGE)
      await page.route('**/page/*.{js,css}', (route) =>
        route.fulfill({path: process.env.ANSWERBACK_PAGE + new URL(route.request().url()).pathname.replace(/.*\//, '/')}),
      );
    await page.goto(url);
  },
  // From now on this path is answered by us, not by the daemon; without a body, by the daemon again.
  async answer({path, body, status = 200, type = 'application/json'}) {
    await page.unroute(`**${path}`);
    if (body !== undefined)
      await page.route(`**${path}`, (route) => route.fulfill({status, contentType: type, body}));
  },
  evaluate: ({code}) => page.evaluate(code),
  text: async () => (await page.locator('body').innerText()).replaceAll('\u00a0', ' '),
  html: () => page.content(),
  // All that a screen reader has to read, in order.
  async spoken() {
    const {nodes} = await cdp.send('Accessibility.getFullAXTree');
    return nodes.map(({ignored, name}) => (ignored ? '' : (name?.value ?? ''))).join('\n');
  },
  title: () => page.title(),
  press: ({key}) => page.keyboard.press(key),
  click: ({on}) => page.locator(on).first().click(),
  resize: ({width, height}) => page.setViewportSize({width, height}),
  theme: ({theme}) => page.emulateMedia({colorScheme: theme}),
  // Of the whole page, made as tall as it is: what is out of sight is not drawn.
  async shot({path}) {
    const size = page.viewportSize();
    await page.setViewportSize({...size, height: await page.evaluate('document.documentElement.scrollHeight')});
    await page.waitForTimeout(150);
    await page.screenshot({path, fullPage: true});
    await page.setViewportSize(size);
    return path;
  },
  complaints: async () => [...complaints, ...(await page.evaluate('window.refused'))],
  // What axe-core finds, as "rule: node"; run from outside the page's policy. `only`: by these rules.
  async axe({only}) {
    await cdp.send('Page.setBypassCSP', {enabled: true});
    await cdp.send('Runtime.evaluate', {expression: axe});
    const {result, exceptionDetails} = await cdp.send('Runtime.evaluate', {
      expression:
        `axe.run(document, ${JSON.stringify({resultTypes: ['violations'], ...(only && {runOnly: only})})}).then(({violations}) => JSON.stringify(violations.map(({id, nodes}) =>
           [id, nodes.slice(0, 3).map((node) => node.html.slice(0, 160) + ' ' + node.failureSummary)])))`,
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return JSON.parse(result.value);
  },
  async heap() {
    await cdp.send('HeapProfiler.collectGarbage');
    const {usedSize, embedderHeapUsedSize} = await cdp.send('Runtime.getHeapUsage');
    const {nodes, jsEventListeners} = await cdp.send('Memory.getDOMCounters');
    return {used: usedSize, elements: embedderHeapUsedSize ?? 0, nodes, listeners: jsEventListeners};
  },
  // What the page has cost until now: seconds of layout, of style, of script; how often.
  async metrics() {
    await cdp.send('Performance.enable');
    const {metrics} = await cdp.send('Performance.getMetrics');
    return Object.fromEntries(metrics.map(({name, value}) => [name, value]));
  },
  async usage() {
    const {usedSize, embedderHeapUsedSize} = await cdp.send('Runtime.getHeapUsage');
    return {used: usedSize, elements: embedderHeapUsedSize ?? 0};
  },
};

for await (const line of readline.createInterface({input: process.stdin})) {
  const {command, ...with_what} = JSON.parse(line);
  let answer;
  try {
    answer = {value: (await commands[command](with_what)) ?? null};
  } catch (error) {
    answer = {error: String(error.stack ?? error)};
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
