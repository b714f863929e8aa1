// Forms: in which order fields are filled in, and what they complain of. Values are never read.
import { element } from './element.js';
import { signal, tell } from './log.js';

const WHAT = { focusin: 0, focusout: 1, input: 2, invalid: 4, submit: 5 };

// Milliseconds within which messages are of one attempt to submit.
const ATTEMPT = 500;

// Forms that were begun in this view; when one failed last; whether an input was told since the focus came.
let begun;
let failed = -ATTEMPT;
let isTyped;

export const forgetForms = () => (begun = new WeakSet());

export const touched = ({ type, inputType }, [node], time) => {
  const isSubmit = type == 'submit';
  const isDeletion = /^del/.test(inputType);
  const form = isSubmit ? node : node.form;
  let message = 0;
  if (!isSubmit && (!node.validity || /submit|button/.test(node.type) || (isTyped && type == 'input' && !isDeletion))) return;
  isTyped = type == 'input';
  if (form && !begun.has(form)) signal(7, form);
  begun.add(form || node);
  if (isSubmit) signal(8, form);
  if (type == 'invalid') {
    for (const kind in node.validity) {
      message++;
      if (node.validity[kind]) break;
    }
    if (time - failed > ATTEMPT) signal(9, form, message);
    failed = time;
  }
  tell(3, time, WHAT[type] + isDeletion, element(form), element(node), message);
};
