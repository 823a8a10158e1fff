// The gateway as the suites of the W3C see it. They find this file through the root of the app (APP_ROOT_PATH) and,
// since it names implementations, test nobody else. `python -m conformance.suites` sets what it reads of the environment.
const base = process.env.BASE_URL;
const ed = process.env.ED_DID;
const p256 = process.env.P256_DID;
const headers = {Authorization: `Bearer ${process.env.GATEWAY_KEY}`};
const supports = {vc: ['1.1', '2.0']};
const issuer = (name, id, tags, more = {}) => ({
  id, endpoint: `${base}/issuers/${name}`, supports, tags, headers, ...more,
});
const keys = (kind) => ({supportedEcdsaKeyTypes: [kind]});
const ISSUE = 'credentials/issue';

module.exports = {
  settings: {enableInteropTests: false, testAllImplementations: false},
  implementations: [{
    name: 'Gateway',
    implementation: 'Micro-credential gateway',
    issuers: [
      issuer(`eddsa-rdfc-2022/${ISSUE}`, ed, ['eddsa-rdfc-2022', 'vc2.0', 'vc-api']),
      issuer(`eddsa-jcs-2022/${ISSUE}`, ed, ['eddsa-jcs-2022']),
      issuer(`Ed25519Signature2020/${ISSUE}`, ed, ['Ed25519Signature2020']),
      issuer(`eddsa-rdfc-2022/${ISSUE}?status=revocation`, ed, ['BitstringStatusList']),
      issuer(`vc+jwt/${ISSUE}?key=ed25519`, ed, ['EnvelopingProof']),
      issuer(`ecdsa-rdfc-2019/${ISSUE}?key=p256`, p256, ['ecdsa-rdfc-2019'], keys('P-256')),
      issuer(`ecdsa-jcs-2019/${ISSUE}?key=p256`, p256, ['ecdsa-jcs-2019'], keys('P-256')),
    ],
    verifiers: [{
      id: ed, endpoint: `${base}/verifiers/proof/credentials/verify`, supports,
      supportedEcdsaKeyTypes: ['P-256', 'P-384'],
      tags: [
        'eddsa-rdfc-2022', 'eddsa-jcs-2022', 'Ed25519Signature2020', 'vc2.0', 'EnvelopingProof',
        'ecdsa-rdfc-2019', 'ecdsa-jcs-2019', 'vc-api',
      ],
    }, {
      id: ed, endpoint: `${base}/credentials/verify`, supports, tags: ['BitstringStatusList'],
    }],
    vpVerifiers: [{
      id: ed, endpoint: `${base}/verifiers/proof/presentations/verify`, tags: ['vc2.0', 'EnvelopingProof'],
    }],
    didResolvers: [{id: ed, endpoint: `${base}/1.0/identifiers`, tags: ['did-key']}],
  }],
};
