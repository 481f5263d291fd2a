{{- define "holdback.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "holdback.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "holdback.labels" -}}
{{ include "holdback.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "holdback.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "holdback.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "holdback.fullname" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end -}}

{{- define "holdback.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "holdback.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- /* The configuration as it is served: the values' own, and what the rest of the values leads to. */ -}}
{{- define "holdback.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- $files := "/etc/holdback/secrets" -}}
{{- $_ := set $config "host" "0.0.0.0" -}}
{{- $_ := set $config "port" 8080 -}}
{{- $stores := $config.stores | default dict -}}
{{- $_ := set $stores "data_dir" "/var/lib/holdback" -}}
{{- if .Values.redis.enabled -}}
{{- $_ := set $stores "redis_url" (printf "redis://%s-redis:6379/0" (include "holdback.fullname" .)) -}}
{{- end -}}
{{- if .Values.secrets.databasePassword.name -}}
{{- $_ := set $stores "database_password_file" (printf "%s/database-password" $files) -}}
{{- end -}}
{{- if .Values.secrets.redisPassword.name -}}
{{- $_ := set $stores "redis_password_file" (printf "%s/redis-password" $files) -}}
{{- end -}}
{{- $_ := set $config "stores" $stores -}}
{{- $_ := set $config "access" (merge (dict "replicas" (include "holdback.processes" . | int)) ($config.access | default dict)) -}}
{{- if $config.providers -}}
{{- $_ := unset $config "upstream" -}}
{{- range $name, $_ := .Values.secrets.providerKeys -}}
{{- $provider := get $config.providers $name | required (printf "secrets.providerKeys.%s: there is no such provider in config.providers" $name) -}}
{{- $_ := set $provider "api_key_file" (printf "%s/provider-%s" $files $name) -}}
{{- end -}}
{{- else -}}
{{- if not $config.upstream -}}{{- fail "config.upstream or config.providers: the gateway needs one" -}}{{- end -}}
{{- if .Values.secrets.upstreamKey.name -}}
{{- $_ := set $config.upstream "api_key_file" (printf "%s/upstream-key" $files) -}}
{{- end -}}
{{- end -}}
{{- if .Values.secrets.auditSigningKey.name -}}
{{- $_ := set $config "audit" (merge (dict "signing_key_file" (printf "%s/audit-signing-key" $files)) ($config.audit | default dict)) -}}
{{- end -}}
{{- if .Values.tier3Sidecar.enabled -}}
{{- $_ := set $config "tier3" (merge (dict "engine" "sidecar" "sidecar_url" "unix:///run/holdback/tier3.sock") ($config.tier3 | default dict)) -}}
{{- end -}}
{{- if hasKey .Values.policies ($config.policy | default "") -}}
{{- $_ := set $config "policy" (printf "/etc/holdback/policies/%s" $config.policy) -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{- /* The same for `helm test`: nothing shared, and the provider is the one that `holdback verify` plays. */ -}}
{{- define "holdback.verifyConfig" -}}
{{- $config := include "holdback.config" . | fromYaml -}}
{{- $regions := dict -}}
{{- if $config.upstream -}}{{- if $config.upstream.region -}}{{- $_ := set $regions "region" $config.upstream.region -}}{{- end -}}{{- end -}}
{{- range $_, $one := $config.providers -}}{{- if $one.region -}}{{- $_ := set $regions "region" $one.region -}}{{- end -}}{{- end -}}
{{- $kept := pick $config "policy" "limits" "log_level" "agents" "hash_key_env" "key_env" -}}
{{- $_ := set $kept "host" "127.0.0.1" -}}
{{- $_ := set $kept "port" 8080 -}}
{{- $_ := set $kept "stores" (dict "data_dir" "/var/lib/holdback") -}}
{{- $_ := set $kept "upstream" (merge (dict "base_url" "http://127.0.0.1:9876/v1") $regions) -}}
{{- if and $config.tier3 (not .Values.tier3Sidecar.enabled) -}}
{{- $_ := set $kept "tier3" $config.tier3 -}}
{{- end -}}
{{- toYaml $kept -}}
{{- end -}}

{{- define "holdback.configData" -}}
holdback.yaml: |
  {{- include "holdback.config" . | nindent 2 }}
{{- end -}}

{{- /* How many processes serve at the most: what is good once must be so on all of them. */ -}}
{{- define "holdback.processes" -}}
{{- $pods := ternary .Values.autoscaling.maxReplicas .Values.replicas .Values.autoscaling.enabled | int -}}
{{- mul (max 1 $pods) (.Values.config.workers | default 1 | int) -}}
{{- end -}}

{{- define "holdback.isShared" -}}
{{- $stores := .Values.config.stores | default dict -}}
{{- if $stores.database_url -}}yes{{- end -}}
{{- end -}}

{{- /* Two pods may serve at a time: what must be shared is. */ -}}
{{- define "holdback.mayOverlap" -}}
{{- $stores := .Values.config.stores | default dict -}}
{{- if and $stores.database_url (or $stores.redis_url .Values.redis.enabled) -}}yes{{- end -}}
{{- end -}}

{{- define "holdback.environment" -}}
{{- with .Values.secrets.clientKey }}
- name: {{ $.Values.config.key_env | default "HOLDBACK_KEY" }}
  valueFrom:
    secretKeyRef: {name: {{ required "secrets.clientKey.name" .name }}, key: {{ .key }}}
{{- end }}
{{- with .Values.secrets.hashKey }}
{{- if .name }}
- name: {{ $.Values.config.hash_key_env | default "HOLDBACK_HASH_KEY" }}
  valueFrom:
    secretKeyRef: {name: {{ .name }}, key: {{ .key }}}
{{- end }}
{{- end }}
{{- if .Values.secrets.masterKey.name }}
- name: MASTER_KEY_FILE
  value: /etc/holdback/secrets/master-key
{{- end }}
{{- range $variable, $from := .Values.secrets.environment }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef: {name: {{ $from.name }}, key: {{ $from.key }}}
{{- end }}
{{- range $variable, $value := .Values.environment }}
- name: {{ $variable }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- /* Secrets that become files, as sources of one projected volume. */ -}}
{{- define "holdback.secretFiles" -}}
{{- $files := dict "master-key" .Values.secrets.masterKey "database-password" .Values.secrets.databasePassword "redis-password" .Values.secrets.redisPassword "audit-signing-key" .Values.secrets.auditSigningKey -}}
{{- if .Values.config.providers -}}
{{- range $name, $from := .Values.secrets.providerKeys -}}
{{- $_ := set $files (printf "provider-%s" $name) $from -}}
{{- end -}}
{{- else -}}
{{- $_ := set $files "upstream-key" .Values.secrets.upstreamKey -}}
{{- end -}}
{{- range $path, $from := $files }}
{{- if $from.name }}
- secret:
    name: {{ $from.name }}
    items:
      - {key: {{ $from.key }}, path: {{ $path }}}
{{- end }}
{{- end }}
{{- end -}}

{{- define "holdback.mounts" -}}
- {name: config, mountPath: /etc/holdback/holdback.yaml, subPath: holdback.yaml, readOnly: true}
{{- if .Values.policies }}
- {name: policies, mountPath: /etc/holdback/policies, readOnly: true}
{{- end }}
{{- if include "holdback.secretFiles" . }}
- {name: secrets, mountPath: /etc/holdback/secrets, readOnly: true}
{{- end }}
- {name: data, mountPath: /var/lib/holdback}
- {name: tmp, mountPath: /tmp}
{{- end -}}

{{- /* Arguments: root, config (name of the ConfigMap), policies (likewise), claim (of the data; empty: none). */ -}}
{{- define "holdback.volumes" -}}
- name: config
  configMap: {name: {{ .config }}}
{{- if .root.Values.policies }}
- name: policies
  configMap: {name: {{ .policies }}}
{{- end }}
{{- with include "holdback.secretFiles" .root }}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- . | nindent 6 }}
{{- end }}
- name: data
{{- if .claim }}
  persistentVolumeClaim: {claimName: {{ .claim }}}
{{- else }}
  emptyDir: {}
{{- end }}
- name: tmp
  emptyDir: {sizeLimit: 256Mi}
{{- end -}}

{{- /* What cannot work is refused here, before anything is installed. */ -}}
{{- define "holdback.check" -}}
{{- $stores := .Values.config.stores | default dict -}}
{{- $several := gt (include "holdback.processes" . | int) 1 -}}
{{- if and .Values.autoscaling.enabled (lt (int .Values.autoscaling.maxReplicas) (int .Values.autoscaling.minReplicas)) -}}
{{- fail "autoscaling.maxReplicas is less than autoscaling.minReplicas" -}}
{{- end -}}
{{- if and $several (not $stores.database_url) -}}
{{- fail "more than one replica or worker needs a shared database: set config.stores.database_url" -}}
{{- end -}}
{{- if and $several (not $stores.redis_url) (not .Values.redis.enabled) -}}
{{- fail "more than one replica or worker needs Redis: set config.stores.redis_url" -}}
{{- end -}}
{{- if and $stores.database_url (not .Values.secrets.masterKey.name) -}}
{{- fail "a shared database needs a master key: set secrets.masterKey" -}}
{{- end -}}
{{- if and .Values.networkPolicy.enabled $stores.database_url (not .Values.networkPolicy.databaseTo) -}}
{{- fail "the network policy would cut off the database: set networkPolicy.databaseTo" -}}
{{- end -}}
{{- if and .Values.networkPolicy.enabled $stores.redis_url (not .Values.redis.enabled) (not .Values.networkPolicy.redisTo) -}}
{{- fail "the network policy would cut off Redis: set networkPolicy.redisTo" -}}
{{- end -}}
{{- $drain := dict "seconds" 30 "notice_seconds" 0 | merge (.Values.config.drain | default dict) -}}
{{- if lt (int .Values.terminationGracePeriodSeconds) (add (int .Values.preStopSeconds) (int $drain.notice_seconds) (int $drain.seconds) 10 | int) -}}
{{- fail "terminationGracePeriodSeconds: at least preStopSeconds, config.drain's two times (0 and 30 seconds by default), and 10 to close" -}}
{{- end -}}
{{- end -}}
