"""What the evaluators of all languages share: values, objects, the fake world, effects, accounting."""
