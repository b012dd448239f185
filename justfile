# What contributors type. `just` lists it; `just ci` is what must pass.

default:
    @just --list

# Everything a change must pass
ci:
    .ci/run

# Build and search the archive that ships with the sources
demo *QUERY='主题党日':
    cargo run --release -- search {{ QUERY }} --from corpus

# All tests, or those whose name holds FILTER
test *FILTER:
    cargo test {{ FILTER }}

# Write the golden files and docs/cli.md anew; read the diff before you commit it
bless:
    JIANBAO_BLESS=1 cargo test --test it
    git diff --stat

# Format and lint
lint:
    cargo fmt
    cargo clippy --all-targets -- -D warnings

# Speed and memory beside the plain tantivy + tantivy-jieba program
bench *ARGS:
    cargo bench --bench ingest -- {{ ARGS }}

# Kill it, damage it, replace it under readers: docs/reliability.md
campaign *ARGS:
    cargo bench --bench campaign -- {{ ARGS }}

# Fuzz one target, or all, for so many seconds each, with the mutator that is here
fuzz TARGET="all" SECONDS="10":
    cargo bench --bench fuzz -- {{ TARGET }} {{ SECONDS }}

# The same with libFuzzer, which follows what is reached; wants cargo-fuzz and a nightly
libfuzzer TARGET SECONDS="600":
    cargo bench --bench fuzz -- seeds fuzz/seeds
    mkdir -p fuzz/corpus/{{ TARGET }}
    cargo +nightly fuzz run --sanitizer none {{ TARGET }} fuzz/corpus/{{ TARGET }} fuzz/seeds/{{ TARGET }} -- \
        -dict=fuzz/seeds/pieces.dict -max_len=16384 -max_total_time={{ SECONDS }}

# Licences, duplicates and sources of everything in Cargo.lock
deny:
    cargo deny --offline check licenses bans sources

# The documentation of the library
doc:
    cargo doc --no-deps --open
