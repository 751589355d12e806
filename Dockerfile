# The signalling server with the bundle and the demo. Build: docker build -t peer-elements .
# Run: docker run -p 8080:8080 --stop-timeout 35 -e PEER_ELEMENTS_ORIGIN=https://example.org peer-elements
FROM node:22-alpine AS build
WORKDIR /build
COPY package.json package-lock.json ./
# No package needs a script of its own to be installed.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:22-alpine
ENV NODE_ENV=production PEER_ELEMENTS_LOG_LEVEL=info
WORKDIR /app
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY --from=build /build/demo ./demo
# Comes with the image, owns nothing in it.
USER node
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PEER_ELEMENTS_PORT || 8080}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Not through npm, which would keep SIGTERM to itself.
ENTRYPOINT ["node", "dist/cli.js"]
