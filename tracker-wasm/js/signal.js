// What is told as it is: errors, files that did not come, copied text, submitted forms, and what the page says itself.
import { element } from './element.js';
import { tell, text } from './log.js';
import { now } from './page.js';

// Numbers of signals are those of beacon/src/kind.rs.
export const signal = (what, node, amount, detail, name) =>
  tell(13, now(), 6, 345, what, element(node), 0, 0, amount, text(detail), text(name));

// Errors of one view.
const ERRORS = 10;

let errors;

export const forgive = () => (errors = 0);

export const failed = ({ message, filename, lineno, reason }, target) => {
  if (target.localName) return signal(7, target, 0, target.src || target.href);
  message = message || (reason && reason.message) || reason;
  tell(9, now(), text(message));
  if (errors++ < ERRORS) signal(6, 0, lineno, message, filename);
};

// A call of the page's own; one that has a number is a signal.
export const called = ([name, given]) => {
  if (name > 10) return signal(name, 0, 0, given);
  const { props = {}, value, currency } = given || {};
  const told = Object.entries(props)
    .flatMap(([key, found]) => (found != null && text(key, 40) ? [text(key, 40), text(found, 300)] : []))
    .slice(0, 60);
  if (text(name, 40))
    tell(13, now(), 3, 4, text(name, 40), told.length / 2, ...told, text(currency, 40), 0, isFinite(parseFloat(value)) && text(parseFloat(value)));
};
