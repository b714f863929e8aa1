// The figures of the chosen device, out of the report of all.

// Of the page: those of all devices, or of one.
export const audience = ({ data, device }) => (device === '' ? data : data.devices.find((one) => one.device === device) || data);

// Of an element.
export const counts = (element, device) => {
  const none = { exposed: 0, clickers: 0, clicks: 0, rate: null, interval: null, points: [] };
  return device === '' ? { ...element, points: element.devices.flatMap((one) => one.points) } : element.devices.find((one) => one.device === device) || none;
};

// The elements of a view with their counts there and their share of its clicks, the most clicked first.
export const ranked = ({ data, device }) => {
  const all = data.elements.map((element) => ({ element, ...counts(element, device) }));
  const clicks = device === '' ? data.clicks : all.reduce((sum, one) => sum + one.clicks, 0);
  return all
    .map((one) => ({ ...one, share: clicks ? one.clicks / clicks : 0 }))
    .sort((one, other) => other.clicks - one.clicks || other.exposed - one.exposed || one.element.number - other.element.number);
};
