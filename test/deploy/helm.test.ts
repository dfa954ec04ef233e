import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config.ts';
import { packageRoot, packageVersion } from '../../src/lib/package-root.ts';
import { AUDIT_KEY_OF_TESTS, MINIMAL } from '../config/environments.ts';
import { readValues, renderChart, valuesWith, type Manifest } from './helm.ts';
import { ingressPasses, PRIVATE_PATHS, PUBLIC_PATHS, type IngressPath } from './public-paths.ts';

/** Ms the service may take after DRAIN_SECONDS: goodbyes, hang-ups, closing. */
const AFTER_DRAIN_SECONDS = 60;

interface Container {
  readonly image: string;
  readonly ports: readonly { readonly containerPort: number }[];
  readonly envFrom: readonly Record<string, { readonly name: string }>[];
  readonly lifecycle: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly resources: { readonly limits: Record<string, string> };
  readonly securityContext: Record<string, unknown>;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}
interface Probe {
  readonly httpGet: { readonly path: string };
}
interface PodSpec {
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext: Record<string, unknown>;
  readonly topologySpreadConstraints: readonly { readonly topologyKey: string }[];
  readonly containers: readonly [Container];
  readonly volumes: readonly { readonly name: string }[];
}
interface Deployment extends Manifest {
  readonly spec: {
    readonly replicas?: number;
    readonly strategy: { readonly rollingUpdate: Record<string, number> };
    readonly selector: { readonly matchLabels: Record<string, string> };
    readonly template: {
      readonly metadata: {
        readonly labels: Record<string, string>;
        readonly annotations: Record<string, string>;
      };
      readonly spec: PodSpec;
    };
  };
}

const values = readValues();
const everything = valuesWith({
  autoscaling: { enabled: true },
  monitoring: { serviceMonitor: true, alerts: true },
  scenarioConfigMap: 'own',
  imagePullSecrets: [{ name: 'registry' }],
  nodeSelector: { pool: 'calls' },
  tolerations: [{ key: 'calls', operator: 'Exists' }],
  ingress: { annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt' } },
});

function ofKind(manifests: readonly Manifest[], kind: string): Manifest {
  const found = manifests.filter((manifest) => manifest.kind === kind);
  if (found.length !== 1) throw new Error(`${found.length} of kind ${kind}`);
  return found[0] ?? { kind };
}

function deploymentOf(manifests: readonly Manifest[]): Deployment {
  return ofKind(manifests, 'Deployment') as Deployment;
}

const deployment = deploymentOf(renderChart(values));
const pod = deployment.spec.template.spec;
const [container] = pod.containers;

t.test('every kind is rendered when everything is switched on', async (t) => {
  t.same(
    renderChart(everything)
      .map(({ kind }) => kind)
      .toSorted(),
    [
      'ConfigMap',
      'Deployment',
      'HorizontalPodAutoscaler',
      'Ingress',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'PrometheusRule',
      'Service',
      'ServiceMonitor',
    ],
  );
});

t.test('the chart is of the version of the program', async (t) => {
  const chart = parse(readFileSync(join(packageRoot(), 'deploy/helm/denwaban/Chart.yaml'), 'utf8')) as Record<
    string,
    string
  >;
  t.equal(chart['appVersion'], packageVersion());
  t.equal(container.image, `denwaban:${packageVersion()}`);
});

t.test('the environment of the chart is one the service starts with', async (t) => {
  const { env } = values as { env: Record<string, string> };
  for (const [name, value] of Object.entries(env)) t.type(value, 'string', name);
  const secret = {
    OPENAI_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
    AUDIT_KEY: AUDIT_KEY_OF_TESTS,
  };
  const config = loadConfig({ ...MINIMAL, ...secret, DATABASE_URL: 'postgres://a@b/c', ...env });
  t.equal(config.NODE_ENV, 'production');
  t.equal(container.ports[0]?.containerPort, config.PORT);
  t.same(ofKind(renderChart(values), 'ConfigMap')['data'], env);
});

t.test('another environment makes other pods, the same one does not', async (t) => {
  const template = (changes: Record<string, unknown>): unknown =>
    deploymentOf(renderChart(valuesWith(changes))).spec.template;
  t.same(template({}), deployment.spec.template);
  t.not(
    JSON.stringify(template({ env: { LOG_LEVEL: 'debug' } })),
    JSON.stringify(deployment.spec.template),
    'a variable more',
  );
  t.match(deployment.spec.template.metadata.annotations['checksum/env'], /^[0-9a-f]{64}$/);
  const notes = readFileSync(join(packageRoot(), 'deploy/helm/denwaban/templates/NOTES.txt'), 'utf8');
  t.ok(notes.includes('kubectl rollout restart deployment/{{ .Release.Name }}'), 'for what is not in values');
});

t.test('no secret stands in the chart', async (t) => {
  t.same(container.envFrom, [{ configMapRef: { name: 'phone' } }, { secretRef: { name: 'denwaban' } }]);
  t.notMatch(JSON.stringify(renderChart(everything)), /sk-|whsec_|postgres:\/\/|"kind":"Secret"/);
});

t.test('a stop gets the time that it needs', async (t) => {
  const { env, preStopSeconds } = values as { env: Record<string, string>; preStopSeconds: number };
  t.ok(
    pod.terminationGracePeriodSeconds >= preStopSeconds + Number(env['DRAIN_SECONDS']) + AFTER_DRAIN_SECONDS,
  );
  const [node = '', ...args] = container.lifecycle.preStop.exec.command;
  t.equal(node, '/nodejs/bin/node', 'the image has no shell');
  t.same(args, ['-e', `setTimeout(() => {}, ${preStopSeconds} * 1000)`]);
});

t.test('a deploy never has fewer processes than before', async (t) => {
  t.same(deployment.spec.strategy.rollingUpdate, { maxSurge: 1, maxUnavailable: 0 });
  t.match(ofKind(renderChart(values), 'PodDisruptionBudget'), { spec: { maxUnavailable: 1 } });
  t.ok((deployment.spec.replicas ?? 0) >= 2);
  t.same(
    pod.topologySpreadConstraints.map(({ topologyKey }) => topologyKey),
    ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'],
  );
});

t.test('probes ask what they are for', async (t) => {
  t.equal(container.startupProbe.httpGet.path, '/livez');
  t.equal(container.livenessProbe.httpGet.path, '/livez');
  t.equal(container.readinessProbe.httpGet.path, '/readyz');
  const routes = readFileSync(join(packageRoot(), 'routes/health.ts'), 'utf8');
  for (const path of ['/livez', '/readyz']) t.ok(routes.includes(`'${path}'`), path);
});

t.test('a pod has no rights that it does not need', async (t) => {
  t.match(pod, { automountServiceAccountToken: false });
  t.match(pod.securityContext, { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  t.same(container.securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  t.same(
    container.volumeMounts.map(({ mountPath }) => mountPath),
    ['/tmp', '/data'],
  );
});

t.test('every volume that is mounted is there', async (t) => {
  const { spec } = deploymentOf(renderChart(everything)).spec.template;
  const there = spec.volumes.map(({ name }) => name);
  t.same(spec.containers[0].volumeMounts.map(({ name }) => name).toSorted(), there.toSorted());
});

t.test('selectors find the pods', async (t) => {
  const { labels } = deployment.spec.template.metadata;
  t.match(labels, deployment.spec.selector.matchLabels);
  const service = ofKind(renderChart(values), 'Service') as Manifest & {
    spec: { selector: Record<string, string> };
  };
  t.match(labels, service.spec.selector);
});

t.test('the internet reaches the webhooks and nothing else', async (t) => {
  const ingress = ofKind(renderChart(values), 'Ingress') as Manifest & {
    spec: { tls: unknown[]; rules: { http: { paths: IngressPath[] } }[] };
  };
  t.equal(ingress.spec.tls.length, 1);
  const paths = ingress.spec.rules.flatMap(({ http }) => http.paths);
  for (const path of PUBLIC_PATHS) t.ok(ingressPasses(paths, path), path);
  for (const path of PRIVATE_PATHS) t.notOk(ingressPasses(paths, path), path);
});

t.test('autoscaling follows the calls, and leaves the number of pods to itself', async (t) => {
  const scaled = renderChart(everything);
  t.equal(deploymentOf(scaled).spec.replicas, undefined);
  t.match(ofKind(scaled, 'HorizontalPodAutoscaler'), {
    spec: { metrics: [{ pods: { metric: { name: 'denwaban_calls_live' } } }] },
  });
});

t.test('the network policy names the namespaces and the ports', async (t) => {
  const { spec } = ofKind(renderChart(values), 'NetworkPolicy') as Manifest & {
    spec: Record<string, unknown>;
  };
  t.match(spec, {
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [{}, {}], ports: [{ port: 'http' }] }],
    egress: [{}, { ports: [{ port: 443 }, { port: 5432 }, { port: 465 }] }],
  });
});
