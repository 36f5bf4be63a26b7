# The source:      docker build -t nexus-customer-io/source-nexus .
# The destination: docker build --target destination -t nexus-customer-io/destination-customer-io .
# Pinned by whoever builds for others: --build-arg NODE_IMAGE=node:24-slim@sha256:… (docs/docker.md).
ARG NODE_IMAGE=node:24-slim

FROM ${NODE_IMAGE} AS base
WORKDIR /airbyte

FROM base AS build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json rolldown.config.ts ./
COPY src src
RUN npm run build

FROM base AS dependencies
COPY package.json package-lock.json .npmrc ./
# Types, source maps and sources of packages are for whoever develops with them.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && \
    find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

FROM base AS connector
ARG NODE_IMAGE
ARG REVISION=unknown
LABEL org.opencontainers.image.title=nexus-customer-io \
      org.opencontainers.image.description="People, events, objects and relationships from a nexus warehouse into Customer.io" \
      org.opencontainers.image.version=0.1.0 \
      org.opencontainers.image.licenses=MIT \
      org.opencontainers.image.revision=${REVISION} \
      org.opencontainers.image.base.name=${NODE_IMAGE}
# Nothing is installed in a connector: package managers would only be there to be found fault with, or used.
RUN rm -rf /usr/local/lib/node_modules/npm /usr/local/lib/node_modules/corepack /opt/yarn-* && \
    rm -f /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg
ENV NODE_ENV=production NODE_COMPILE_CACHE=/airbyte/.compile-cache
COPY --from=dependencies /airbyte/node_modules node_modules
COPY models models
COPY package.json LICENSE ./
COPY --from=build /airbyte/dist dist
# Commands that name no folder of their own (rejects, a state file) write into /data; mount it to keep them.
RUN mkdir -m 777 /data && install -d -o node -g node .compile-cache
# By number: a cluster that demands a user other than root cannot tell who a name is.
USER 1000
# What Node has compiled once it reads from here at each start.
RUN node dist/main.js source spec >/dev/null && node dist/main.js destination spec >/dev/null && \
    node -e "import('@duckdb/node-api').then(() => import('snowflake-sdk')).then(() => process.exit())"
WORKDIR /data

FROM connector AS destination
LABEL io.airbyte.name=nexus-customer-io/destination-customer-io io.airbyte.version=0.1.0
ENV AIRBYTE_ENTRYPOINT="/usr/local/bin/node /airbyte/dist/main.js destination"
ENTRYPOINT ["/usr/local/bin/node", "/airbyte/dist/main.js", "destination"]

FROM connector AS source
LABEL io.airbyte.name=nexus-customer-io/source-nexus io.airbyte.version=0.1.0
ENV AIRBYTE_ENTRYPOINT="/usr/local/bin/node /airbyte/dist/main.js"
ENTRYPOINT ["/usr/local/bin/node", "/airbyte/dist/main.js"]
