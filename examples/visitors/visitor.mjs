// One visitor in a browser of its own: real clicks and keys, each written down as it is done.

const SLOW = 20_000;

export class Visitor {
  /** What was done, in order: `['page', path]` and `['click', selector]`. */
  deeds = [];

  constructor(page, shop, dice) {
    this.page = page;
    this.shop = shop;
    this.dice = dice;
  }

  /** Comes to the shop from elsewhere. */
  async arrive(address, referrer) {
    await this.page.goto(this.shop + address, { referer: referrer || undefined, timeout: SLOW });
    this.saw(new URL(address, this.shop).pathname);
    await this.look();
  }

  /** Clicks something that leads to the page at `path`. */
  async go(selector, path) {
    await this.press(selector);
    await this.page.waitForURL((url) => url.pathname === path, { timeout: SLOW });
    this.saw(path);
    await this.look();
  }

  /** Back to the page before, which was at `path`. */
  async back(path) {
    await this.page.goBack({ timeout: SLOW });
    await this.page.waitForURL((url) => url.pathname === path, { timeout: SLOW });
    this.saw(path);
    await this.look();
  }

  /** Clicks something that stays on the page. */
  async press(selector) {
    await this.page.locator(selector).click({ timeout: SLOW });
    this.deeds.push(['click', selector]);
  }

  /** Clicks into a field and types. */
  async type(selector, text) {
    await this.press(selector);
    await this.page.keyboard.press('ControlOrMeta+A');
    await this.page.keyboard.type(text);
  }

  /** Shuts the page and gives its last beacon time to leave: once the window is gone, nothing is sent any more. */
  async leave() {
    await this.page.goto('about:blank', { timeout: SLOW });
    await this.page.waitForTimeout(700);
  }

  saw(path) {
    this.deeds.push(['page', path]);
  }

  async look() {
    await this.page.waitForTimeout(120 + this.dice.below(280));
  }
}
