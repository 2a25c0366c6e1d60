/**
 * The parameter `azureIssuerUrl`, for serverless.yml. Without the issuer that it hands out tokens of it would be of no use: nothing is packaged
 * then, and it is said why.
 * @param {{ resolveVariable: (address: string) => Promise<string> }} variables
 */
module.exports = async ({ resolveVariable }) => {
  const [url, issuer] = await Promise.all(['param:azureIssuerUrl', 'param:azureIssuer'].map(resolveVariable));
  if (url === '' || issuer !== '') return url;
  const refused = new Error(
    'azureIssuerUrl is given without azureIssuer, the name (iss) of the issuer whose token is asked for there; give both or neither (docs/deploy.md)',
  );
  // Where an error has a stack, Serverless prints that.
  refused.stack = '';
  throw refused;
};
