/*
 * What the deployed functions load when they first need it. On one machine it is there from the start: on virtual time nothing may be
 * waited for that this thread does not do itself, as reading a module.
 */
import '../functions/tools/plan-commit.ts';
import '../functions/tools/preparing.ts';
import '../shared/analysis/alerts/measure-alerts.ts';
import '../shared/analysis/compare-metric.ts';
import '../shared/analysis/measure-metric.ts';
import '../shared/apply/settled/settled-by-rule.ts';
import '../shared/apply/look-again.ts';
import '../shared/clouds/aks.ts';
import '../shared/clouds/eks-token.ts';
import '../shared/clouds/eks.ts';
import '../shared/clouds/entra.ts';
import '../shared/clouds/gke.ts';
import '../shared/clouds/google-auth.ts';
import '../shared/clouds/kubeconfig.ts';
import '../shared/clouds/sts.ts';
import '../shared/flags/flagd-s3.ts';
import '../shared/flags/open-flag.ts';
import '../shared/flags/read-served.ts';
import '../shared/intake/propose-pin.ts';
import '../shared/intake/revert-pin.ts';
import '../shared/outside/sfn-client.ts';
import '../shared/test-gates/look-at-test.ts';
