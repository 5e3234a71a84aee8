import { freePort } from "./free-port.ts";
import { startRedisServer, type RedisServer } from "./redis-server.ts";
import { waitFor } from "./wait-for.ts";

const SLOTS = 16_384;

/** A real Redis Cluster without replicas. */
export type RedisCluster = AsyncDisposable & {
  nodes: readonly RedisServer[];
  /** `host:port` of each node. */
  addresses: readonly string[];
};

/**
 * Starts that many nodes and waits (at most 20 s) until all of them call the cluster whole.
 * @throws Error when they do not come together.
 */
export async function startRedisCluster(size = 3): Promise<RedisCluster> {
  const nodes: RedisServer[] = [];
  const dispose = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
  };
  try {
    for (let count = 0; count < size; count++) nodes.push(await startNode());
    await join(nodes);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    nodes,
    addresses: nodes.map(({ port }) => `127.0.0.1:${port}`),
    [Symbol.asyncDispose]: dispose,
  };
}

/** The bus has a port of its own: port + 10,000, the default, may be too large or taken. */
async function startNode(): Promise<RedisServer> {
  const bus = await freePort();
  const words = `--cluster-enabled yes --cluster-node-timeout 2000 --cluster-port ${bus}`;
  return startRedisServer({ args: words.split(" ") });
}

async function join(nodes: readonly RedisServer[]): Promise<void> {
  const first = nodes[0]!;
  const bus = await first.cli("CONFIG", "GET", "cluster-port");
  for (const [index, node] of nodes.entries()) {
    const from = Math.ceil((index * SLOTS) / nodes.length);
    const to = Math.ceil(((index + 1) * SLOTS) / nodes.length) - 1;
    await node.cli("CLUSTER", "ADDSLOTSRANGE", String(from), String(to));
    await node.cli("CLUSTER", "SET-CONFIG-EPOCH", String(index + 1));
    await node.cli("CLUSTER", "MEET", "127.0.0.1", String(first.port), bus.split("\n")[1]!);
  }
  await waitFor(() => Promise.all(nodes.map(isWhole)).then((all) => all.every(Boolean)), {
    what: "the cluster to be whole",
    timeoutMs: 20_000,
    everyMs: 100,
  });
}

async function isWhole(node: RedisServer, _: number, all: readonly RedisServer[]) {
  const info = await node.cli("CLUSTER", "INFO");
  const nodes = await node.cli("CLUSTER", "NODES");
  const linked = nodes.split("\n").filter((line) => line.includes(" connected"));
  return info.includes("cluster_state:ok") && linked.length === all.length;
}
