# Each target is one line; what it does stands in xtask/.
.PHONY: setup build tracker demo test lint fmt soak bench bench-import bench-collector bench-overload bench-backlog bench-reports bench-tracker bench-dashboard bench-truth clean

setup:        ## what npm, Debian and rustup bring: engine, browser, tools
	cargo xtask setup
build: setup  ## the binary with the tracker in it: target/release/snag
	cargo xtask build
tracker:      ## the page's files, with their sizes
	cargo xtask tracker
demo: setup   ## the shop, its visitors and where they abandon (ONCE=1 ends by itself)
	cargo xtask demo $(if $(ONCE),--once)
test: setup   ## everything: format, lints, all tests, sizes
	cargo xtask test
lint:         ## clippy with warnings denied
	cargo clippy --workspace --all-targets -- -D warnings
fmt:          ## format all Rust
	cargo fmt --all
soak: setup   ## kills by the hundred and minutes of outages
	cargo xtask soak
bench: bench-import bench-collector bench-overload bench-backlog bench-reports bench-tracker ## all benchmarks
bench-import: setup ## events a second from a file into the embedded engine
	cargo xtask bench import
bench-collector: setup ## what a durable beacon costs, against a server that does nothing
	cargo xtask bench collector
bench-overload: setup ## more than can be stored for a minute, and 10,000 idle connections
	cargo xtask bench overload
bench-backlog: setup ## 10 GB that wait for a store, and how fast it catches up
	cargo xtask bench backlog
bench-reports: setup ## how long reports take, against bare scans and the peers' shape of a funnel (EVENTS=50000000)
	cargo xtask bench reports
bench-tracker: setup ## what the tracker costs a page: frames, tasks, heap, bytes of batches (MINUTES=10 for the heap)
	cargo xtask bench tracker
bench-dashboard: build ## weight and time of every page of the dashboard (DATA=DIRECTORY SITE=NAME over data of one's own)
	node tests/dashboard/bench.mjs
bench-truth: setup ## what the audit finds of defects that were planted, and what besides (SITES=60 SESSIONS="1000 10000 100000" HELD=1)
	cargo xtask bench truth
clean:
	cargo clean
