# One image for every role: docker run rowhook migrate up, … worker, … serve. Needs DATABASE_URL.
FROM node:24-slim AS page

WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY ops/admin-page.mjs ops/
COPY tsconfig.json ./
COPY src/admin src/admin
RUN npm run -s build:admin

FROM node:24-slim

WORKDIR /app
# A container is reached from outside by what its port is published on.
ENV NODE_ENV=production HOST=0.0.0.0

# The embedded PostgreSQL and the Node for checkouts are optional packages, and neither is needed here.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

COPY .gmrc ./
COPY migrations migrations
COPY src src
COPY tasks tasks
COPY --from=page /app/dist/admin dist/admin

USER node
EXPOSE 5080
# Node is the first process, so that it gets the signals: a stopped worker finishes its requests.
ENTRYPOINT ["node", "src/cli/main.ts"]
CMD ["up"]
