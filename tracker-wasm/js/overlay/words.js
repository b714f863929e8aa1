// Numbers as the reports write them.

export const thousands = (count) => Math.round(count).toLocaleString('en');

// `53 %`, below ten `5.3 %`; what is not nothing does not look so.
export const percent = (rate) => {
  if (!rate) return '0 %';
  if (rate >= 1) return '100 %';
  const hundred = rate * 100;
  if (hundred < 0.05) return '< 0.1 %';
  if (hundred >= 99.95) return '> 99.9 %';
  return `${hundred.toFixed(hundred < 9.5 || hundred >= 99.5 ? 1 : 0)} %`;
};

// `53 % (44-62)`
export const withInterval = (rate, interval) => {
  if (rate == null) return '';
  const end = (value) => (value * 100).toFixed(rate < 0.095 && rate > 0 ? 1 : 0);
  return interval ? `${percent(rate)} (${end(interval[0])}-${end(interval[1])})` : percent(rate);
};

export const seconds = (value) => {
  if (value == null) return '';
  if (value >= 60) return `${Math.floor(value / 60)}m ${String(Math.round(value % 60)).padStart(2, '0')}s`;
  return value >= 10 ? `${Math.round(value)} s` : `${value.toFixed(1)} s`;
};

export const deviceName = (device) => device || 'not known';
