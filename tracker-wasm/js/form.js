// Forms: in which order fields are filled in, and what they complain of. Values are never read.
import { element } from './element.js';
import { tell, text } from './log.js';
import { now } from './page.js';
import { signal } from './signal.js';

export const FIELD = 'input:not([type=submit],[type=button]),select,textarea';

const WHAT = { focusin: 0, focusout: 1, input: 2, invalid: 4, submit: 5 };

// Milliseconds within which messages are of one attempt to submit.
const ATTEMPT = 500;

// Forms that were begun in this view; when one failed last; whether an input was told since the focus came.
let begun;
let failed = -ATTEMPT;
let typed;

export const forgetForms = () => (begun = new WeakSet());

export const touched = ({ type, inputType }, node) => {
  const isSubmit = type == 'submit';
  const isDeletion = /^del/.test(inputType);
  const form = isSubmit ? node : node.form;
  const time = now();
  let message;
  if (!isSubmit && (!node.matches(FIELD) || (typed && type == 'input' && !isDeletion))) return;
  typed = type == 'input';
  if (form && !begun.has(form)) {
    begun.add(form);
    signal(8, form);
  }
  if (isSubmit) signal(9, form);
  if (type == 'invalid') {
    for (const kind in node.validity) if (node.validity[kind]) message = kind;
    if (time - failed > ATTEMPT) signal(10, form, 0, message);
    failed = time;
  }
  tell(3 | ((WHAT[type] + isDeletion) << 8), time, 9, 71002, element(form), element(node), 0, 0, 0, 0, 0, text(message));
};
