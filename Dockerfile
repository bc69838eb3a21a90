# syntax=docker/dockerfile:1

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# Empty: the version that Go reads from git.
ARG VERSION=
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/chamados . \
 && mkdir /out/data /out/tmp

# The same program beside PostgreSQL's clients, which backup and restore need: the service "tools" of docker-compose.yml.
FROM postgres:17-bookworm AS tools
COPY --from=build /out/chamados /usr/local/bin/chamados
COPY --from=build --chown=10001:10001 /out/data /data
USER 10001:10001
ENV DATA_DIR=/data
ENTRYPOINT ["chamados"]
CMD ["help"]

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/chamados /chamados
COPY --from=build --chown=10001:10001 /out/data /data
COPY --from=build --chown=10001:10001 /out/tmp /tmp
USER 10001:10001
ENV DATA_DIR=/data HTTP_ADDR=0.0.0.0:8000
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["/chamados", "health"]
ENTRYPOINT ["/chamados"]
CMD ["serve"]
