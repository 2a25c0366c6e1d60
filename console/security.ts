/** No inline script or style anywhere, so pages need no nonce and keep a stable ETag. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** Headers of every answer. `same-origin` and no stricter as referrer policy: `no-referrer` would make a form's Origin `null`. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Of a console that is reached over TLS: for a year, no browser that was there once asks for it in clear (RFC 6797). */
export const overTls: Readonly<Record<string, string>> = { 'strict-transport-security': 'max-age=31536000' };

/**
 * Why a request that changes something is not taken: it must be shown to come from our own page (Sec-Fetch-Site and Origin, which no
 * page can set), or bring a bearer token, which a browser never adds by itself. `undefined`: it is taken.
 */
export const refuseCrossSite = (headers: Headers, ownOrigins: readonly string[]): string | undefined => {
  const site = headers.get('sec-fetch-site');
  const origin = headers.get('origin');
  if (site !== null && site !== 'same-origin') return `the request comes from another site (Sec-Fetch-Site: ${site})`;
  if (origin !== null && !ownOrigins.includes(origin)) return `the request comes from ${origin}, not from this console`;
  const isShown = site !== null || origin !== null || /^bearer /i.test(headers.get('authorization') ?? '');
  return isShown ? undefined : 'the request says neither where it comes from (Origin) nor brings a bearer token';
};
