# Builds FAISS's addon from source beside the gateway, then keeps only what running needs.
FROM node:20.20-bookworm-slim AS build
WORKDIR /app
RUN apt-get update && apt-get install -y --no-install-recommends g++ libfaiss-dev libopenblas-dev libgomp1 ca-certificates \
  && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
RUN npm run build && scripts/install-faiss && npm prune --omit=dev

FROM node:20.20-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends libopenblas0 libgomp1 \
  && rm -rf /var/lib/apt/lists/* \
  && install -d -o node -g node /data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/.addon .addon
COPY --from=build /app/dist dist
USER node
ENV NODE_ENV=production SWITCHBOARD_DATA_DIR=/data
VOLUME /data
EXPOSE 8700
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8700/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/bin/switchboard.js"]
CMD ["serve", "--config", "/etc/switchboard/switchboard.yaml"]
