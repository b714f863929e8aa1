// How the overlay looks. What is important of the host cannot be changed by the page's styles.
export const STYLE = `
:host {
  all: initial !important; position: fixed !important; inset: 0 !important; z-index: 2147483647 !important; display: block !important;
  pointer-events: none !important; overflow: hidden !important; contain: strict !important;
  --paper: #fff; --ink: #1d1f24; --soft: #5c6270; --line: #e5e2da; --it: #c2410c;
}
@media (prefers-color-scheme: dark) { :host { --paper: #1c1e24; --ink: #f0eee8; --soft: #a6acb8; --line: #363a44; --it: #fb923c; } }
@media print { :host { display: none !important; } }
* { box-sizing: border-box; }
.layer, .dots { position: absolute; inset: 0; width: 100%; height: 100%; }
.box { position: absolute; top: 0; left: 0; border: 2px solid var(--heat); border-radius: 5px; background: var(--fill); will-change: transform; }
.box.cold { border: 1.5px dashed #7a8190; background: none; opacity: .75; }
.box.chosen { outline: 3px solid var(--it); outline-offset: 2px; box-shadow: 0 0 0 6px #fff9; opacity: 1; z-index: 2; }
.gone { visibility: hidden; }
.badge {
  position: absolute; top: -10px; left: -10px; display: flex; align-items: center; gap: 5px; height: 20px; padding: 0 7px 0 0; border-radius: 10px;
  background: #fff; color: #1d1f24; font: 650 11px/1 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; white-space: nowrap;
  font-variant-numeric: tabular-nums; box-shadow: 0 1px 4px #0005;
}
.badge b { min-width: 20px; height: 20px; padding: 0 5px; border-radius: 10px; line-height: 20px; text-align: center; color: #fff; background: var(--heat, #7a8190); }
.badge i { font-style: normal; color: #b42318; font-weight: 800; }
.cold .badge { padding: 0; }
.band { position: absolute; top: 0; left: 0; background: var(--fill); border-top: 1px solid #fff9; }
.word {
  position: absolute; top: 6px; left: 12px; padding: 4px 9px; border-radius: 6px; background: #1d1f24e8; color: #fff;
  font: 600 12px/1.3 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; font-variant-numeric: tabular-nums;
}
.card {
  position: absolute; right: 16px; bottom: 16px; display: flex; flex-direction: column; width: min(348px, calc(100vw - 32px)); max-height: min(620px, calc(100vh - 32px));
  pointer-events: auto; border: 1px solid var(--line); border-radius: 12px; background: var(--paper); color: var(--ink);
  font: 14px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; box-shadow: 0 2px 6px #0002, 0 18px 48px #0004; overflow: hidden; text-align: left;
}
.card.left { right: auto; left: 16px; }
header { display: flex; align-items: center; gap: 8px; padding: 10px 8px 0 16px; }
header strong { letter-spacing: -.01em; }
.path { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--soft); }
.plain { width: 28px; height: 28px; padding: 0; border: 0; border-radius: 6px; background: none; color: var(--soft); font-size: 19px; line-height: 1; cursor: pointer; }
.side { font-size: 15px; }
.days { display: block; }
.plain:hover { background: var(--line); color: var(--ink); }
p { margin: 0; }
.figures { padding: 2px 16px 0; font-variant-numeric: tabular-nums; }
.soft { color: var(--soft); font-size: 12.5px; }
.modes { display: grid; grid-template-columns: repeat(4, 1fr); margin: 10px 16px 0; padding: 2px; border: 0; border-radius: 8px; background: var(--line); min-width: 0; }
.modes label { position: relative; cursor: pointer; }
.modes input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: pointer; }
.modes span { display: block; padding: 5px 2px; border-radius: 6px; text-align: center; font-size: 13px; font-weight: 550; }
.modes input:checked + span { background: var(--paper); box-shadow: 0 1px 2px #0003; }
.modes input:focus-visible + span, button:focus-visible, select:focus-visible, summary:focus-visible { outline: 2px solid var(--it); outline-offset: 1px; }
.device { display: flex; align-items: center; gap: 8px; margin: 10px 16px 0; font-size: 13px; color: var(--soft); }
.device[hidden] { display: none; }
select { flex: 1; min-width: 0; padding: 4px 6px; border: 1px solid var(--line); border-radius: 6px; background: var(--paper); color: var(--ink); font: inherit; }
.said { padding: 0 16px; } .said:not(:empty) { padding: 12px 16px 16px; }
.bare .figures, .bare .modes, .bare .device { display: none; }
.body { margin-top: 10px; padding: 4px 8px 10px; overflow-y: auto; overscroll-behavior: contain; border-top: 1px solid var(--line); outline: none; }
.body:empty { margin-top: 12px; padding: 0; border: 0; }
.body > p { padding: 4px 8px; }
ol { margin: 0; padding: 0; list-style: none; }
.line {
  display: grid; grid-template-columns: minmax(22px, auto) 1fr auto; gap: 9px; width: 100%; padding: 6px 8px; border: 0; border-radius: 8px; background: none; color: inherit;
  font: inherit; text-align: left;
}
button.line { cursor: pointer; } button.line:hover { background: color-mix(in srgb, var(--line) 55%, transparent); }
.number { height: 20px; margin-top: 1px; border-radius: 10px; background: var(--ink); color: var(--paper); font-size: 11px; font-weight: 650; line-height: 20px; text-align: center; font-variant-numeric: tabular-nums; }
.what { display: grid; min-width: 0; }
.name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 550; }
.trouble { color: #b42318; font-size: 12.5px; }
@media (prefers-color-scheme: dark) { .trouble { color: #f97066; } }
.share { font-weight: 600; font-variant-numeric: tabular-nums; }
.bar { display: block; height: 4px; margin-top: 4px; border-radius: 2px; background: linear-gradient(var(--heat), var(--heat)) 0 / var(--part) 100% no-repeat, var(--line); }
.tenth { display: grid; grid-template-columns: 76px 1fr 122px; white-space: nowrap; gap: 10px; align-items: center; padding: 3px 8px; font-size: 13px; }
.tenth .bar { margin: 0; height: 8px; border-radius: 4px; } .tenth .share { text-align: right; font-weight: 550; }
.lost { margin-top: 6px; border-top: 1px solid var(--line); } .lost .line { opacity: .7; }
summary { padding: 8px; border-radius: 6px; color: var(--soft); font-size: 13px; cursor: pointer; }
.unseen { position: absolute; width: 1px; height: 1px; padding: 0; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 480px) { .card, .card.left { right: 8px; left: 8px; bottom: 8px; width: auto; max-height: 46vh; } .side { display: none; } }
`;
