#!/usr/bin/env bash
# A hunt of sixteen shards through a Slurm array, joined, and compared with the same hunt in one piece.
#
#   slurm.sh OUT FILTER...        in the folder of a project; cargo-seedbed is on the PATH
#
# It starts a cluster of one node, this machine, with a key, sockets, ports and folders of its own, and takes it down in the end.
set -Eeuo pipefail
out="$1"
shift
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=crates/cli/tests/scaling/compare.sh
source "$here/compare.sh"

# The path of a socket is short, and munged wants folders that nobody else may write to.
cluster="$(mktemp -d /var/tmp/slurm.XXXXXX)"
chmod 755 "$cluster"
mkdir -p "$cluster"/{munge,state,spool}
export SLURM_CONF="$cluster/slurm.conf"
started=()
stop() {
    for ((n = ${#started[@]} - 1; n >= 0; n--)); do
        kill "${started[n]}" 2> /dev/null || true
        wait "${started[n]}" 2> /dev/null || true
    done
    cp "$cluster"/*.log "$out" 2> /dev/null || true
    rm -rf "$cluster"
}
trap stop EXIT

chmod 755 "$cluster/munge"
(umask 077 && head -c 1024 /dev/urandom > "$cluster/munge/key")
munged --foreground --force --key-file="$cluster/munge/key" --socket="$cluster/munge/socket" --pid-file="$cluster/munge/pid" \
    --log-file="$cluster/munge/log" --seed-file="$cluster/munge/seed" > "$cluster/munged.log" 2>&1 &
started+=($!)

node="$(hostname -s)"
cat > "$SLURM_CONF" << CONF
ClusterName=one
SlurmctldHost=$node(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$cluster/munge/socket
SlurmctldPort=${SLURM_PORT:-26817}
SlurmdPort=$((${SLURM_PORT:-26817} + 1))
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
MailProg=/bin/true
NodeName=$node NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=$node Default=YES MaxTime=INFINITE State=UP
CONF
for _ in $(seq 100); do
    test -S "$cluster/munge/socket" && break
    sleep 0.1
done
slurmctld -D -i > "$cluster/slurmctld.log" 2>&1 &
started+=($!)
slurmd -D -N "$node" > "$cluster/slurmd.log" 2>&1 &
started+=($!)
for _ in $(seq 300); do
    test "$(sinfo --noheader --format=%t 2> /dev/null)" = idle && break
    sleep 0.1
done
sinfo

cat > "$out/job.sh" << JOB
#!/usr/bin/env bash
exec cargo-seedbed seedbed hunt $(printf '%q ' "$@") --seed 7 --runs $runs --no-shrink --jobs 1 --shard auto --out "$out/shard-\$SLURM_ARRAY_TASK_ID"
JOB
# With --wait, sbatch ends with the highest status of the array: 100, where something was found.
status=0
sbatch --wait --array=1-16 --cpus-per-task=1 --output="$out/shard-%a.txt" "$out/job.sh" || status=$?
printf 'slurm: the array ended with %d\n' "$status"
grep -l 'as a Slurm array says with SLURM_ARRAY_TASK_ID' "$out"/shard-*.txt | wc -l | sed 's/$/ shards asked Slurm which they are/'
rm "$out"/shard-*.txt

compare "$out" "$@"
