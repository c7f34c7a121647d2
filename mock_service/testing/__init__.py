"""A Personalizer for test suites; users import it from ``personalizer_lab``."""
