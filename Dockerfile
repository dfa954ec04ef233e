# syntax=docker/dockerfile:1

# All packages, to compile.
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN ["npm", "ci"]
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY plugins plugins
COPY routes routes
RUN ["npm", "run", "build"]
# The image has no shell to make a directory with, and a new volume takes the owner of what it covers.
RUN ["mkdir", "--mode=0700", "data"]

# Only what the service needs when it runs. No install scripts: .npmrc refuses them.
FROM node:24-slim AS dependencies
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN ["npm", "ci", "--omit=dev"]

FROM gcr.io/distroless/nodejs24-debian13:nonroot
LABEL org.opencontainers.image.title="Denwaban" \
      org.opencontainers.image.description="Answers a recruiting team's telephone in Japanese" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production \
    DATA_DIR=/data
WORKDIR /app
COPY package.json ./
COPY scenarios scenarios
COPY deploy/healthcheck.mjs deploy/healthcheck.mjs
COPY --from=dependencies /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY --from=build --chown=65532:65532 /build/data /data
# By number, so that an orchestrator can see that it is not root.
USER 65532:65532
VOLUME ["/data"]
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["/nodejs/bin/node", "deploy/healthcheck.mjs"]
ENTRYPOINT ["/nodejs/bin/node"]
CMD ["dist/src/server.js"]
