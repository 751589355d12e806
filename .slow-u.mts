import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { launchChromium, launchFirefox } from '/tmp/wt/byhand/test/support/launch.ts';
const WAIT = Number(process.argv[2] ?? 60) * 1000;
const http = createServer((q, r) => {
  if (q.url === '/core.js') return r.setHeader('Content-Type', 'text/javascript').end(readFileSync('/tmp/wt/byhand/dist/core.js'));
  r.setHeader('Content-Type', 'text/html').end('<!doctype html><title>x</title>');
});
await new Promise<void>((d) => http.listen(0, d));
const url = `http://localhost:${(http.address() as any).port}/`;
const b = { chromium: await launchChromium(), firefox: await launchFirefox() };
async function page(kind: 'chromium' | 'firefox') {
  const p = await (await b[kind].createBrowserContext()).newPage();
  await p.goto(url);
  await p.evaluate(`(async () => {
    const core = await import('/core.js');
    window.make = (polite, close) => {
      window.log = []; window.t0 = performance.now();
      const c = window.c = core.createConnection({ polite });
      if (!close) { const h = c.connection.onconnectionstatechange; c.connection.onconnectionstatechange = () => { window.log.push(((performance.now()-t0)/1000).toFixed(1)+' '+c.connection.connectionState+'/'+c.connection.iceConnectionState); if (c.connection.connectionState !== 'failed') h?.call(c.connection); }; }
      c.addEventListener('open', () => log.push(((performance.now()-t0)/1000).toFixed(1)+' OPEN'));
      c.addEventListener('close', () => log.push('CLOSE'));
    };
  })()`);
  return p;
}
const one = async (h: any, g: any, wait: number) => { const strip = true;
  const [ph, pg] = [await page(h), await page(g)];
  await ph.evaluate('make(false, false)');
  await pg.evaluate('make(true, false)');
  const offer: string = await ph.evaluate('c.offer()') as string;
  const sdp = await ph.evaluate('c.connection.localDescription.sdp') as string;
  let answer: string;
  if (!strip) answer = await pg.evaluate(`c.answer(${JSON.stringify(offer)})`) as string;
  else {
    const bare = sdp.split('\r\n').join('\r\n').replaceAll('a=setup:actpass', 'a=setup:active').split('\r\n').filter((l) => !/^a=candidate.*(127.0.0.1|::1 )/.test(l)).join('\r\n').replaceAll(/(a=candidate.*?)(192\.0\.2\.\d+|fd00::\w+) (\d+)/g, (_, a, b) => a + (b.includes(':') ? 'fd00::77' : '192.0.2.77') + ' 4444');
    answer = await pg.evaluate(`(async () => { await c.receive({ description: { type: 'offer', sdp: ${JSON.stringify(bare)} } }); await new Promise(d => { const pc = c.connection; const l = () => pc.iceGatheringState === 'complete' && d(); pc.onicegatheringstatechange = l; l(); });
     const blob = new Blob([JSON.stringify({ type: 'answer', sdp: c.connection.localDescription.sdp })]).stream().pipeThrough(new CompressionStream('deflate-raw')); const u = new Uint8Array(await new Response(blob).arrayBuffer()); return btoa(String.fromCharCode(...u)).replaceAll('+','-').replaceAll('/','_').replaceAll('=',''); })()`) as string;
  }
  await new Promise((d) => setTimeout(d, wait * 1000));
  await ph.evaluate(`c.accept(${JSON.stringify(answer)})`);
  await new Promise((d) => setTimeout(d, 15000));
  console.log(`host ${h} guest ${g} wait ${wait}: offer ${offer.length} answer ${answer.length} candidates ${(sdp.match(/a=candidate/g) ?? []).length}\n  host: ${await ph.evaluate('log.join(", ")')}\n  guest: ${await pg.evaluate('log.join(", ")')}`);
  
};
const jobs = [];
for (const h of ['chromium', 'firefox']) for (const g of ['chromium', 'firefox']) jobs.push(one(h, g, 90));
await Promise.all(jobs);
await b.chromium.close(); await b.firefox.close(); http.close();
