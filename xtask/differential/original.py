"""Runs scripts on Python's own concurrent.futures, and says what they show.

A script comes as one line of JSON on standard input, its log goes as one line to standard output; script.rs and log.rs
say what they hold. Nothing is decided by time: after each step the driver waits for the events which that step leads
to. Running out of WATCHDOG seconds ends the script, and the log says where.
"""

import concurrent.futures as futures
import json
import logging
import sys
import threading
import traceback

WATCHDOG = 20.0
HAS_BUFFER_SIZE = sys.version_info >= (3, 14)

# When time runs out, this version's map does not cancel the task that it waits for (gh-95166, mended since).
CANCELS_REST_ONLY = sys.version_info < (3, 10)

MODES = {
    "all_completed": futures.ALL_COMPLETED,
    "first_completed": futures.FIRST_COMPLETED,
    "first_exception": futures.FIRST_EXCEPTION,
}


class Stuck(Exception):
    """Something that should have come about has not."""


class OnPurpose(Exception):
    """The failure of a task or a callback."""


class Stage:
    """What tasks and callbacks write down, and what they wait for."""

    def __init__(self):
        self.changed = threading.Condition()
        self.gates = set()
        self.is_over = False
        self.started = []
        self.called = []
        self.calls_ended = 0
        self.driver = threading.get_ident()

    def open(self, gate):
        with self.changed:
            self.gates.add(gate)
            self.changed.notify_all()

    def give_up(self):
        """Lets whatever waits for a gate go on."""
        with self.changed:
            self.is_over = True
            self.changed.notify_all()

    def pass_gate(self, gate):
        with self.changed:
            self.changed.wait_for(lambda: self.is_over or gate in self.gates)

    def start(self, number):
        with self.changed:
            self.started.append(number)
            self.changed.notify_all()

    def call(self, call):
        with self.changed:
            self.called.append(call)

    def call_ended(self):
        with self.changed:
            self.calls_ended += 1
            self.changed.notify_all()

    def wait_for(self, what, condition):
        with self.changed:
            if not self.changed.wait_for(condition, WATCHDOG):
                raise Stuck(what)


class Recording(futures.ThreadPoolExecutor):
    """Keeps the futures which `map` hides, by the number of their task."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.hidden = {}

    def submit(self, function, /, *arguments):
        future = super().submit(function, *arguments)
        if arguments and isinstance(arguments[0], Item):
            self.hidden[arguments[0].task["id"]] = future
        return future


class Item:
    """An input of a map."""

    def __init__(self, task):
        self.task = task


def start_all(executor, workers):
    """Has every worker started beforehand.

    The original's count of idle workers is approximate (gh-88354), so that it may start fewer than it could; which
    tasks run would then be chance.
    """
    meeting = threading.Barrier(workers + 1)
    for _ in range(workers):
        executor.submit(meeting.wait)
    meeting.wait()


def state_of(future):
    return {"done": future.done(), "running": future.running(), "cancelled": future.cancelled()}


def ended(future, timeout=0):
    try:
        return {"value": future.result(timeout)}
    except BaseException as error:
        return failure(error)


def failure(error):
    """How an exception is written."""
    if isinstance(error, OnPurpose):
        return {"failed": error.args[0]}
    if isinstance(error, futures.CancelledError):
        return "cancelled"
    if isinstance(error, futures.TimeoutError):
        return "not"
    if isinstance(error, futures.BrokenExecutor):
        return "broken"
    if isinstance(error, RuntimeError) and "cannot schedule new futures" in str(error):
        return "rejected"
    return "unexpected"


class Run:
    """One script on one executor."""

    def __init__(self, script):
        self.script = script
        self.stage = Stage()
        self.futures = {}
        self.maps = {}
        self.entries = []
        self.dropped = set()
        self.reported_started = 0
        self.reported_called = 0
        workers = script["workers"]
        if script["failing_initializer"]:
            self.executor = Recording(workers, initializer=self.fail_to_initialize)
        else:
            self.executor = Recording(workers)
            start_all(self.executor, workers)

    def fail_to_initialize(self):
        self.stage.pass_gate("initializer")
        raise OnPurpose("initializer")

    def log(self):
        stuck = None
        try:
            for step in self.script["steps"]:
                self.step(step)
        except Stuck as error:
            stuck = str(error)
            self.stage.give_up()
        finals = [[number, ended(future)] for number, future in sorted(self.futures.items())]
        return {"entries": self.entries, "finals": finals, "stuck": stuck}

    def step(self, step):
        op = step["op"]
        helper = None
        if step["opens"] and op["op"] != "as_completed":
            helper = threading.Thread(target=self.open_one_by_one, args=(step["opens"],))
            helper.start()
        returned = getattr(self, "do_" + op["op"])(op, step["opens"])
        if helper is not None:
            helper.join()
        dropped = []
        if op["op"] == "map_drop":
            dropped = self.newly_dropped()
            # Where the original lets them run, they are cancelled now, so that both sides go on alike.
            for number in self.maps.pop(op["map"])[1]:
                self.executor.hidden[number].cancel()
            self.newly_dropped()
        self.rest(step["until"])
        entry = {"returned": returned, "started": self.stage.started[self.reported_started :]}
        entry["called"] = self.stage.called[self.reported_called :]
        self.reported_started = len(self.stage.started)
        self.reported_called = len(self.stage.called)
        entry["dropped"] = dropped + self.newly_dropped()
        self.entries.append(entry)

    def newly_dropped(self):
        new = {
            number
            for number, future in self.executor.hidden.items()
            if future.done() and number not in self.stage.started and number not in self.dropped
        }
        self.dropped |= new
        return sorted(new)

    def open_one_by_one(self, opens):
        try:
            for opening in opens:
                self.stage.open(opening["gate"])
                self.rest(opening["until"])
        except BaseException:
            # The driver finds the same, and must not be left waiting.
            self.stage.give_up()
            if not isinstance(sys.exc_info()[1], Stuck):
                traceback.print_exc()

    def rest(self, until):
        """Waits until the executor has come to rest."""
        stage = self.stage
        stage.wait_for("tasks that start", lambda: len(stage.started) >= until["started"])
        stage.wait_for("callbacks", lambda: stage.calls_ended >= until["called"])
        for number in until["ended"]:
            future = self.futures.get(number) or self.executor.hidden[number]
            if ended(future, WATCHDOG) == "not":
                raise Stuck(f"the future of {number}")
        for number in until["noticed"]:
            if not futures.wait([self.futures[number]], WATCHDOG).done:
                raise Stuck(f"a worker that comes to {number}")

    # ---- what tasks and callbacks do ----

    def work(self, task):
        self.stage.start(task["id"])
        if task["gated"]:
            self.stage.pass_gate(task["id"])
        if task["fails"]:
            raise OnPurpose(task["id"])
        return task["id"]

    def work_item(self, item):
        return self.work(item.task)

    def submit(self, task):
        try:
            self.futures[task["id"]] = self.executor.submit(self.work, task)
        except RuntimeError as error:
            return {"raised": failure(error)}
        return "accepted"

    def callback(self, number, callback):
        def call(future):
            entry = {
                "id": number,
                "tag": callback["tag"],
                "saw": ended(future),
                "state": state_of(future),
                "by_driver": threading.get_ident() == self.stage.driver,
                "did": "nothing",
            }
            self.stage.call(entry)
            try:
                entry["did"] = self.act(number, callback)
            finally:
                self.stage.call_ended()

        return call

    def act(self, number, callback):
        act = callback["act"]
        if act == "fail":
            raise OnPurpose("callback")
        if act == "add":
            self.add_callback(number, {"tag": callback["then"], "act": "nothing"})
        elif act == "cancel":
            return {"bool": self.futures[callback["id"]].cancel()}
        elif act == "submit":
            return self.submit(callback["task"])
        elif act == "shutdown":
            try:
                self.executor.shutdown(wait=callback["wait"])
            except RuntimeError:
                return {"raised": "unexpected"}
        return "nothing"

    def add_callback(self, number, callback):
        self.futures[number].add_done_callback(self.callback(number, callback))

    # ---- the operations ----

    def do_submit(self, op, opens):
        return self.submit(op["task"])

    def do_open(self, op, opens):
        self.stage.open(op["gate"])
        return "nothing"

    def do_open_initializer(self, op, opens):
        self.stage.open("initializer")
        return "nothing"

    def do_cancel(self, op, opens):
        return {"bool": self.futures[op["id"]].cancel()}

    def do_add_callback(self, op, opens):
        self.add_callback(op["id"], op["callback"])
        return "nothing"

    def do_query(self, op, opens):
        return {"state": state_of(self.futures[op["id"]])}

    def do_result(self, op, opens):
        return {"ended": ended(self.futures[op["id"]], WATCHDOG if opens else 0)}

    def do_wait(self, op, opens):
        given = [self.futures[number] for number in op["ids"]]
        done, not_done = futures.wait(given, WATCHDOG if opens else 0, MODES[op["mode"]])
        # The original's are sets: they are written in the order of the input.
        distinct = list(dict.fromkeys(op["ids"]))
        return {
            "wait": {
                "done": [number for number in distinct if self.futures[number] in done],
                "not_done": [number for number in distinct if self.futures[number] in not_done],
            }
        }

    def do_as_completed(self, op, opens):
        numbers = {self.futures[number]: number for number in op["ids"]}
        n_done = sum(future.done() for future in numbers)
        iterator = futures.as_completed(list(map(self.futures.get, op["ids"])), WATCHDOG if opens else 0)
        phases = []
        try:
            if not opens:
                phases.append([])
                for future in iterator:
                    phases[0].append(numbers[future])
                return {"completed": {"phases": phases, "unfinished": 0}}
            phases.append([numbers[next(iterator)] for _ in range(n_done)])
            for opening in opens:
                self.stage.open(opening["gate"])
                phases.append([numbers[next(iterator)] for _ in range(opening["yields"])])
                self.rest(opening["until"])
        except futures.TimeoutError:
            if opens:
                raise Stuck("as_completed") from None
        return {"completed": {"phases": phases, "unfinished": len(numbers) - sum(map(len, phases))}}

    def do_map(self, op, opens):
        items = [Item(task) for task in op["items"]]
        timeout = 0 if op["timed"] else None
        try:
            iterator = self.executor.map(self.work_item, items, timeout=timeout)
        except RuntimeError as error:
            return {"raised": failure(error)}
        self.maps[op["map"]] = (iterator, [task["id"] for task in op["items"]])
        return "nothing"

    def do_map_next(self, op, opens):
        iterator, numbers = self.maps[op["map"]]
        result = next_of(iterator)
        if CANCELS_REST_ONLY and result == {"next": "not"}:
            self.executor.hidden[numbers[0]].cancel()
        return result

    def do_map_drop(self, op, opens):
        self.maps[op["map"]][0].close()
        return "nothing"

    def do_buffered_map(self, op, opens):
        if not HAS_BUFFER_SIZE:
            return "left_out"
        pulled = []

        def inputs():
            for number, fails in enumerate(op["fails"]):
                pulled.append(number)
                yield {"id": number, "gated": False, "fails": fails}

        with futures.ThreadPoolExecutor(self.script["workers"]) as executor:
            iterator = executor.map(self.just_end, inputs(), buffersize=op["buffer_size"])
            counts, results = [len(pulled)], []
            for _ in range(op["nexts"]):
                result = next_of(iterator)
                results.append(None if result == "end" else result["next"])
                counts.append(len(pulled))
        return {"buffered": {"pulled": counts, "results": results}}

    @staticmethod
    def just_end(task):
        if task["fails"]:
            raise OnPurpose(task["id"])
        return task["id"]

    def do_shutdown(self, op, opens):
        self.executor.shutdown(wait=op["wait"], cancel_futures=op["cancel"])
        return "nothing"


def next_of(iterator):
    try:
        return {"next": {"value": next(iterator)}}
    except StopIteration:
        return "end"
    except BaseException as error:
        return {"next": failure(error)}


def main():
    logging.disable(logging.CRITICAL)
    # An initializer that fails may take its thread with it.
    threading.excepthook = lambda arguments: None
    for line in sys.stdin:
        print(json.dumps(Run(json.loads(line)).log()), flush=True)


if __name__ == "__main__":
    main()
