# Sourced by Packaging/test-deb: Debian machines to install a package on. Each is a root of its own with systemd as its first
# process, in namespaces of its own (processes, mounts, network, names), as a container is; the kernel is this machine's.
# shellcheck shell=bash

machines_mirror=http://deb.debian.org/debian

# machines_begin FOLDER: where roots lie. What was fetched for them stays there for the next time.
machines_begin() {
  machines=$1
  rm -rf "$machines/running"
  mkdir -p "$machines/running"
  declare -gA machine_pid=()
}

# machines_lacking: what this machine lacks for them, if anything.
machines_lacking() {
  local group probe=sp-probe-$$
  ip netns add "$probe" 2>/dev/null || { echo 'network namespaces cannot be made here.'; return 0; }
  ip netns delete "$probe"
  unshare --mount --uts --ipc --pid --cgroup --fork --propagation private sh -c \
    'mkdir -p /tmp/$0 && mount --bind /tmp/$0 /tmp/$0 && mount -t tmpfs tmpfs /tmp/$0 && umount /tmp/$0 && umount /tmp/$0' \
    "$probe" 2>/dev/null || { echo 'namespaces with mounts of their own cannot be made here.'; return 0; }
  rmdir "/tmp/$probe"
  group=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
  { [[ $group ]] && mkdir "$group/$probe" 2>/dev/null && rmdir "$group/$probe"; } ||
    { echo 'control groups (cgroup2) cannot be made here.'; return 0; }
  wget --quiet --tries 3 --timeout 20 --spider "$machines_mirror/dists/bookworm/Release" ||
    { echo "Debian's packages ($machines_mirror) cannot be reached."; return 0; }
  return 1
}

# base SUITE: a fresh root of a Debian release, made once.
base() {
  local suite=$1 root=$machines/$1
  [[ -e $root.done ]] && return
  rm -rf "$root"
  echo "== A root of Debian $suite"
  debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,ca-certificates,iproute2,procps,apt-utils \
    "$suite" "$root" "$machines_mirror" >"$root.log" 2>&1 || { tail -5 "$root.log" >&2; return 1; }
  touch "$root.done"
}

# bases SUITE...: all of them, at once.
bases() {
  local suite made=()
  for suite in "$@"; do
    base "$suite" &
    made+=($!)
  done
  for suite in "${made[@]}"; do wait "$suite" || return 1; done
}

# machine NAME SUITE PACKAGE [OTHER...]: a machine with what apt needs to install the package, and then others, with no network.
machine() {
  local name=$1 suite=$2 package=$3 root=$machines/running/$1
  shift 3
  cp -a "$machines/$suite" "$root"
  cp "$package" "$root/root/"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  printf '%s\n' "$name" >"$root/etc/hostname"
  # The kernel is another machine's.
  ln -sf /dev/null "$root/etc/systemd/system/systemd-modules-load.service"
  # Fetched with this machine's network, installed on the machine with none.
  chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --download-only install \
    "/root/${package##*/}" acl sqlite3 >"$root.apt.log" 2>&1 || { tail -5 "$root.apt.log" >&2; return 1; }
  if (($#)); then
    chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --download-only --no-install-recommends install "$@" \
      >>"$root.apt.log" 2>&1 || { tail -5 "$root.apt.log" >&2; return 1; }
  fi
  cp -an "$root/var/cache/apt/archives/." "$machines/$suite/var/cache/apt/archives/"
  ip netns add "sp-$name"
  ip -n "sp-$name" link set lo up
}

# cable NAME ADDRESS NAME ADDRESS: a line between two machines.
cable() {
  ip link add "v-$1-$3" netns "sp-$1" type veth peer name "v-$3-$1" netns "sp-$3"
  ip -n "sp-$1" address add "$2/24" dev "v-$1-$3"
  ip -n "sp-$3" address add "$4/24" dev "v-$3-$1"
  ip -n "sp-$1" link set "v-$1-$3" up
  ip -n "sp-$3" link set "v-$3-$1" up
  echo "$4 $3" >>"$machines/running/$1/etc/hosts"
  echo "$2 $1" >>"$machines/running/$3/etc/hosts"
}

# cut NAME NAME, mend NAME NAME: the line between two machines is interrupted, and there again.
cut_line() { ip -n "sp-$1" link set "v-$1-$2" down; }
mend_line() { ip -n "sp-$1" link set "v-$1-$2" up; }

# start NAME: starts a machine, and waits until systemd has.
start() {
  local name=$1 root=$machines/running/$1 group='' tries
  # systemd wants a control group of its own: below the unified hierarchy, wherever that is mounted.
  group=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)/sp-$name
  mkdir -p "$group"
  setsid bash -c 'echo $$ >"$0/cgroup.procs" && exec ip netns exec "$@"' "$group" "sp-$name" \
    unshare --mount --uts --ipc --pid --cgroup --fork --propagation private \
    bash -euc "$machine_boot" "$root" "$name" </dev/null >"$root.console" 2>&1 &
  for ((tries = 0; tries < 100; tries++)); do
    machine_pid[$name]=$(first_process "$group")
    [[ -n ${machine_pid[$name]} ]] && on "$name" systemctl is-system-running --wait >/dev/null 2>&1 && return
    sleep 0.3
  done
  on "$name" systemctl --failed --no-pager || tail "$root.console"
  return 1
}

# first_process GROUP: the machine's systemd, once it runs.
first_process() {
  local pid
  for pid in $(cat "$1/cgroup.procs" "$1/init.scope/cgroup.procs" 2>/dev/null || true); do
    if [[ $(readlink "/proc/$pid/exe") == */systemd ]]; then
      echo "$pid"
      return
    fi
  done
}

# shellcheck disable=SC2016 # expanded by the machine's own shell
machine_boot='
  root=$0
  hostname "$1"
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  # What is set in the kernel is for another machine to say.
  mount --bind "$root/proc/sys" "$root/proc/sys"
  mount -o remount,bind,ro "$root/proc/sys"
  mount -t sysfs -o ro sysfs "$root/sys"
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
  mount -t tmpfs -o mode=755 tmpfs "$root/run"
  mount -t tmpfs -o mode=755 tmpfs "$root/dev"
  for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  mkdir "$root/dev/pts" "$root/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
  mount -t tmpfs tmpfs "$root/dev/shm"
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  cd "$root"
  mkdir .old
  pivot_root . .old
  umount -l /.old
  rmdir /.old
  # As systemd makes it where it starts a machine: what it mounts for a service is seen outside.
  mount --make-rshared /
  exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=studypost-test /lib/systemd/systemd --show-status=0'

# on NAME COMMAND...: runs a command as root on a machine.
on() {
  local name=$1
  shift
  setsid --wait nsenter --all --target "${machine_pid[$name]}" -- \
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

# machines_end: everything that was started ends, and all roots but the fresh ones are gone.
machines_end() {
  local name group
  for name in "${!machine_pid[@]}"; do
    [[ -n ${machine_pid[$name]} ]] && kill -KILL "${machine_pid[$name]}" 2>/dev/null
  done
  sleep 1
  for name in "${!machine_pid[@]}"; do
    ip netns delete "sp-$name" 2>/dev/null
    group=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)/sp-$name
    find "$group" -depth -type d -exec rmdir '{}' + 2>/dev/null
  done
  if [[ -z ${keep:-} ]]; then rm -rf "$machines/running"; fi
  return 0
}
