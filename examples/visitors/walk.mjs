// How a plan is walked through the shop.

const CARE = '/guides/care';

/** Wanders about, then buys as far as the plan goes. */
export async function walk(visitor, plan) {
  await visitor.arrive(plan.landing, plan.referrer);
  for (const wandering of plan.wander) await WANDERINGS[wandering](visitor, plan);
  if (plan.end === 0) return;
  await visitor.go('#nav-catalogue', '/catalogue');
  await visitor.go(`#card-${plan.pot}`, `/product/${plan.pot}`);
  await visitor.press('#add-to-basket');
  await visitor.go('#view-basket', '/cart');
  await visitor.go('#go-to-checkout', '/checkout/1');
  for (let screen = 1; screen < plan.end; screen += 1) {
    await SCREENS[screen](visitor);
  }
  if (plan.end === 4) await giveUp(visitor, plan.gives);
}

const WANDERINGS = {
  async banner(visitor) {
    await visitor.go('#brand', '/');
    const banner = visitor.page.locator('.banner');
    const [id, href] = await banner.evaluate((link) => [link.id, link.getAttribute('href')]);
    await visitor.go(`#${id}`, href);
  },
  async search(visitor, plan) {
    await visitor.type('#find', plan.search);
    await visitor.go('#find-go', '/search');
  },
  async sale(visitor) {
    await visitor.go('#nav-sale', '/sale');
  },
  async about(visitor) {
    await visitor.go('#nav-about', '/about');
    await visitor.go('#foot-contact', '/contact');
  },
  // The link to the care guide is broken.
  async care(visitor) {
    await visitor.go('#nav-catalogue', '/catalogue');
    await visitor.go('#card-dune-plate', '/product/dune-plate');
    await visitor.go('#care-guide', CARE);
    await visitor.back('/product/dune-plate');
  },
  // The button does nothing, so it is pressed again.
  async notify(visitor) {
    await visitor.go('#nav-catalogue', '/catalogue');
    await visitor.go('#card-burren-dish', '/product/burren-dish');
    for (let times = 0; times < 3; times += 1) {
      await visitor.press('#notify');
      await visitor.page.waitForTimeout(250);
    }
  },
  async kinds(visitor) {
    await visitor.go('#nav-catalogue', '/catalogue');
    await visitor.press('#kind-table');
    await visitor.press('#kind-all');
  },
};

const SCREENS = {
  1: (visitor) => visitor.go('#to-sign-in', '/checkout/2'),
  async 2(visitor) {
    await visitor.type('#guest-email', 'someone@mail.example');
    await visitor.go('#guest', '/checkout/3');
  },
  async 3(visitor) {
    if (visitor.dice.chance(0.3)) await visitor.press('#by-courier');
    await visitor.go('#to-details', '/checkout/4');
  },
  async 4(visitor) {
    await name(visitor);
    await visitor.type('#street', '7 Quay Street');
    await visitor.type('#town', 'Kinvara');
    await visitor.type('#postcode', 'H91 X0X0');
    await visitor.type('#phone', '+353871234567');
    await visitor.page.locator('#birthday').fill('1984-05-16');
    await visitor.type('#identity', '1234567AB');
    await visitor.press('#terms');
    await visitor.go('#to-payment', '/checkout/5');
  },
  async 5(visitor) {
    await visitor.type('#card', '4242 4242 4242 4242');
    await visitor.type('#expires', '11/31');
    await visitor.type('#code', '123');
    await visitor.type('#holder', 'Nora Burke');
    await visitor.go('#pay', '/checkout/6');
  },
};

async function name(visitor) {
  await visitor.type('#first-name', 'Nora');
  await visitor.type('#last-name', 'Burke');
}

/** Leaves at the details: at once, at the phone field, or when the form refuses what was typed. */
async function giveUp(visitor, gives) {
  if (gives === 'nothing') return;
  await name(visitor);
  if (gives === 'name') return;
  await visitor.type('#phone', '087 123 45 67');
  if (gives === 'phone') return;
  await visitor.press('#to-payment');
  await visitor.look();
}
