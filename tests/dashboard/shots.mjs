// Pictures of every page: at a desk, on a phone, in the dark. `node tests/dashboard/shots.mjs DIRECTORY [PAGE…]`
import { mkdir } from 'node:fs/promises';
import { PAGES, stage } from './stage.mjs';

const [directory = 'shots', ...only] = process.argv.slice(2);
await mkdir(directory, { recursive: true });
const snag = await stage(3000);
const audited = await snag.open('/sites/shop');
await audited.click('text=Audit now');
await audited.waitForSelector('article');
await audited.leave();
const looks = {
  desk: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
};
for (const [look, options] of Object.entries(looks))
  for (const [name, path] of Object.entries(PAGES)) {
    if (only.length && !only.includes(name)) continue;
    const page = await snag.open(`/sites/shop${path}`, options);
    await page.screenshot({ path: `${directory}/${name}-${look}.png`, fullPage: true });
    await page.leave();
  }
await snag.close();
