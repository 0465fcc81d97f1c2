// Release 1 mailed links with the order's secret behind a #, which no server sees: open them as those of today.
const secret = /^#([A-Z2-7]{26})$/.exec(location.hash);
if (secret) location.replace(`${location.pathname}?key=${secret[1]}`);
